"""Trains the rivals on the rows that train-dense.ts wrote, one training a line that it is sent.

Called with the folder: reads shape.json, and for each line of JSON {"rival", "threads", "seed"} on stdin the table table.bin
(float32, columns after one another, label last). Answers with one line of JSON: seconds of reading, binning and training, by
the clock and of the processor; predictions of the held-out rows go to predictions.bin (float64).
"""

import json
import sys
import time

import lightgbm
import numpy
import xgboost


class Watch:
    def __init__(self):
        self.seconds = {}
        self.processor = {}

    def time(self, name, work):
        clock, processor = time.perf_counter(), time.process_time()
        result = work()
        self.seconds[name] = time.perf_counter() - clock
        self.processor[name] = time.process_time() - processor
        return result


def read(folder, shape):
    table = numpy.fromfile(f"{folder}/table.bin", dtype=numpy.float32).reshape(shape["columns"] + 1, -1)
    rows, label, split = numpy.ascontiguousarray(table[:-1].T), table[-1], shape["rows"]
    return rows[:split], label[:split], rows[split:]


def by_lightgbm(own):
    def train(watch, shape, asked, rows, label, test):
        parameters = {
            "objective": "binary",
            "num_leaves": shape["leaves"],
            "learning_rate": 0.1,
            "min_data_in_leaf": 20,
            "max_bin": 255,
            "num_threads": asked["threads"],
            "seed": asked["seed"],
            "verbosity": -1,
        } | own
        data = watch.time("bin", lambda: lightgbm.Dataset(rows, label, params=parameters).construct())
        booster = watch.time("train", lambda: lightgbm.train(parameters, data, shape["trees"]))
        return booster.predict(test)

    return train


def by_xgboost(watch, shape, asked, rows, label, test):
    parameters = {
        "objective": "binary:logistic",
        "tree_method": "hist",
        "grow_policy": "lossguide",
        "max_leaves": shape["leaves"],
        "max_depth": 0,
        "eta": 0.1,
        "lambda": 0,
        "min_child_weight": 1e-3,
        "max_bin": 255,
        "nthread": asked["threads"],
        "seed": asked["seed"],
    }
    threads = asked["threads"]
    data = watch.time("bin", lambda: xgboost.QuantileDMatrix(rows, label, max_bin=255, nthread=threads))
    booster = watch.time("train", lambda: xgboost.train(parameters, data, shape["trees"]))
    return booster.predict(xgboost.DMatrix(test, nthread=threads))


RIVALS = {
    "lightgbm": by_lightgbm({}),
    "lightgbm quantised": by_lightgbm({"use_quantized_grad": True}),
    "xgboost": by_xgboost,
}


def main(folder):
    with open(f"{folder}/shape.json", encoding="utf-8") as file:
        shape = json.load(file)
    print(json.dumps({"lightgbm": lightgbm.__version__, "xgboost": xgboost.__version__}), flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        watch = Watch()
        rows, label, test = watch.time("read", lambda: read(folder, shape))
        predictions = RIVALS[asked["rival"]](watch, shape, asked, rows, label, test)
        numpy.asarray(predictions, dtype=numpy.float64).tofile(f"{folder}/predictions.bin")
        print(json.dumps({"seconds": watch.seconds, "processor": watch.processor}), flush=True)


main(sys.argv[1])
