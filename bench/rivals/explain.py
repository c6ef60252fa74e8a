"""Times LightGBM's raw scores and pred_contrib, one row at a time and as a batch, on the rows that the bench wrote.

Called with the folder: reads table.bin (float64, columns after one another, target last) and shape.json; trains once, then
answers each line "round" on stdin with one line of JSON: microseconds a row. One thread.
"""

import json
import sys
import time

import lightgbm
import numpy


def microseconds(work, rows):
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) / rows * 1e6


def main(folder):
    with open(f"{folder}/shape.json", encoding="utf-8") as file:
        shape = json.load(file)
    table = numpy.fromfile(f"{folder}/table.bin").reshape(shape["columns"] + 1, shape["rows"])
    rows, target = numpy.ascontiguousarray(table[:-1].T), table[-1]
    parameters = {"objective": "binary", "num_leaves": shape["leaves"], "learning_rate": 0.1, "num_threads": 1, "verbosity": -1}
    booster = lightgbm.train(parameters, lightgbm.Dataset(rows, target), shape["trees"])
    asked = rows[: shape["asked"]]
    batch = rows[: shape["batch"]]
    print(json.dumps({"version": lightgbm.__version__}), flush=True)
    for _ in sys.stdin:
        answer = {
            "explainRow": microseconds(lambda: [booster.predict(asked[i : i + 1], pred_contrib=True) for i in range(len(asked))], len(asked)),
            "explainRows": microseconds(lambda: booster.predict(asked, pred_contrib=True), len(asked)),
            "scoreRow": microseconds(lambda: [booster.predict(asked[i : i + 1], raw_score=True) for i in range(len(asked))], len(asked)),
            "scoreRows": microseconds(lambda: booster.predict(batch, raw_score=True), len(batch)),
        }
        print(json.dumps(answer), flush=True)


main(sys.argv[1])
