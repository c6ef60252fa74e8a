"""Trains LightGBM on the rows that forest-quality.ts wrote, and writes its predictions beside them.

Called with the folder: reads trial.json, writes answer.json. One thread, deterministic.
"""

import json
import sys
import time

import lightgbm
import numpy

NAMES = {
    "rounds": "num_iterations",
    "leaves": "num_leaves",
    "rate": "learning_rate",
    "minRows": "min_data_in_leaf",
    "bins": "max_bin",
    "seed": "seed",
    "l2": "lambda_l2",
    "minHessian": "min_sum_hessian_in_leaf",
    "featureFraction": "feature_fraction",
    "baggingFraction": "bagging_fraction",
    "baggingFreq": "bagging_freq",
    "minGain": "min_gain_to_split",
    "catSmooth": "cat_smooth",
    "catL2": "cat_l2",
    "maxCatThreshold": "max_cat_threshold",
}


def predict(trial, run, table, target, weight, categories):
    train, test = numpy.array(run["train"]), numpy.array(run["test"])
    parameters = {NAMES[name]: value for name, value in run["parameters"].items() if name in NAMES}
    parameters |= {"objective": trial["task"], "num_threads": 1, "deterministic": True, "verbosity": -1}
    if trial["task"] == "multiclass":
        parameters["num_class"] = int(target.max()) + 1
    started = time.perf_counter()
    rows = lightgbm.Dataset(
        table[train],
        target[train],
        weight=None if weight is None else weight[train],
        categorical_feature=categories,
        free_raw_data=False,
    )
    booster = lightgbm.train(parameters, rows)
    seconds = time.perf_counter() - started
    return {"seconds": seconds, "predictions": booster.predict(table[test]).ravel().tolist()}


def main(folder):
    with open(f"{folder}/trial.json", encoding="utf-8") as file:
        trial = json.load(file)
    number = lambda values: numpy.array([numpy.nan if value is None else value for value in values], dtype=float)
    table = numpy.column_stack([number(column["values"]) for column in trial["columns"]])
    categories = [index for index, column in enumerate(trial["columns"]) if column["kind"] == "category"]
    target = number(trial["target"])
    weight = number(trial["weight"]) if "weight" in trial else None
    runs = [predict(trial, run, table, target, weight, categories) for run in trial["runs"]]
    with open(f"{folder}/answer.json", "w", encoding="utf-8") as file:
        json.dump({"version": lightgbm.__version__, "runs": runs}, file)


main(sys.argv[1])
