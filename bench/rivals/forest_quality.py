"""Trains the rivals on the rows that forest-quality.ts wrote, and writes their predictions beside them.

Called with the folder: reads trial.json, writes answer.json. One thread each. LightGBM gets the trial's parameters to the
last; the others get rounds, leaves, rate and what else they know by another name, and grow as they do.
"""

import json
import sys
import time

import catboost
import lightgbm
import numpy
import pandas
import sklearn
import sklearn.ensemble
import xgboost

LIGHTGBM_NAMES = {
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


class Trial:
    def __init__(self, text):
        number = lambda values: numpy.array([numpy.nan if value is None else value for value in values], dtype=float)
        self.task = text["task"]
        self.table = numpy.column_stack([number(column["values"]) for column in text["columns"]])
        self.categories = [index for index, column in enumerate(text["columns"]) if column["kind"] == "category"]
        self.target = number(text["target"])
        self.weight = number(text["weight"]) if "weight" in text else None

    def weights(self, rows):
        return None if self.weight is None else self.weight[rows]

    def framed(self, missing):
        """Categories as a library of data frames wants them; `missing` takes the place of an absent code."""
        frame = pandas.DataFrame({f"c{index}": self.table[:, index] for index in range(self.table.shape[1])})
        for index in self.categories:
            codes = frame[f"c{index}"].fillna(-1).astype(int)
            frame[f"c{index}"] = missing(codes)
        return frame


def by_lightgbm(trial, _frames, parameters, train, test):
    asked = {LIGHTGBM_NAMES[name]: value for name, value in parameters.items() if name in LIGHTGBM_NAMES}
    asked |= {"objective": trial.task, "num_threads": 1, "deterministic": True, "verbosity": -1}
    if trial.task == "multiclass":
        asked["num_class"] = int(trial.target.max()) + 1
    rows = lightgbm.Dataset(
        trial.table[train],
        trial.target[train],
        weight=trial.weights(train),
        categorical_feature=trial.categories,
        free_raw_data=False,
    )
    booster = lightgbm.train(asked, rows)
    return lambda: booster.predict(trial.table[test])


def by_xgboost(trial, frames, parameters, train, test):
    objective = {"binary": "binary:logistic", "multiclass": "multi:softprob", "regression": "reg:squarederror"}
    asked = {
        "objective": objective[trial.task],
        "tree_method": "hist",
        "grow_policy": "lossguide",
        "max_depth": 0,
        "max_leaves": parameters["leaves"],
        "eta": parameters["rate"],
        "max_bin": parameters["bins"],
        "lambda": parameters["l2"],
        "subsample": parameters["baggingFraction"],
        "colsample_bytree": parameters["featureFraction"],
        "seed": parameters["seed"],
        "nthread": 1,
    }
    if trial.task == "multiclass":
        asked["num_class"] = int(trial.target.max()) + 1
    frame = frames["xgboost"]
    rows = xgboost.DMatrix(frame.iloc[train], trial.target[train], weight=trial.weights(train), enable_categorical=True)
    booster = xgboost.train(asked, rows, parameters["rounds"])
    return lambda: booster.predict(xgboost.DMatrix(frame.iloc[test], enable_categorical=True))


def by_sklearn(trial, _frames, parameters, train, test):
    kind = sklearn.ensemble.HistGradientBoostingRegressor if trial.task == "regression" else sklearn.ensemble.HistGradientBoostingClassifier
    model = kind(
        max_iter=parameters["rounds"],
        max_leaf_nodes=parameters["leaves"],
        learning_rate=parameters["rate"],
        min_samples_leaf=parameters["minRows"],
        max_bins=min(255, parameters["bins"]),
        l2_regularization=float(parameters["l2"]),
        max_features=float(parameters["featureFraction"]),
        categorical_features=trial.categories,
        early_stopping=False,
        random_state=parameters["seed"],
    )
    model.fit(trial.table[train], trial.target[train], sample_weight=trial.weights(train))
    return lambda: model.predict(trial.table[test]) if trial.task == "regression" else probability(trial, model, trial.table[test])


def by_catboost(trial, frames, parameters, train, test):
    kind = catboost.CatBoostRegressor if trial.task == "regression" else catboost.CatBoostClassifier
    model = kind(
        iterations=parameters["rounds"],
        learning_rate=parameters["rate"],
        random_seed=parameters["seed"],
        thread_count=1,
        verbose=False,
        allow_writing_files=False,
        cat_features=trial.categories,
    )
    frame = frames["catboost"]
    model.fit(frame.iloc[train], trial.target[train], sample_weight=trial.weights(train))
    return lambda: model.predict(frame.iloc[test]) if trial.task == "regression" else probability(trial, model, frame.iloc[test])


def probability(trial, model, rows):
    answers = model.predict_proba(rows)
    return answers[:, 1] if trial.task == "binary" else answers


RIVALS = {
    "lightgbm": (by_lightgbm, lightgbm.__version__),
    "xgboost": (by_xgboost, xgboost.__version__),
    "sklearn": (by_sklearn, sklearn.__version__),
    "catboost": (by_catboost, catboost.__version__),
}


def run(train_by, trial, frames, asked):
    train, test = numpy.array(asked["train"]), numpy.array(asked["test"])
    started = time.perf_counter()
    answer = train_by(trial, frames, asked["parameters"], train, test)
    seconds = time.perf_counter() - started
    return {"seconds": seconds, "predictions": numpy.asarray(answer(), dtype=float).ravel().tolist()}


def main(folder):
    with open(f"{folder}/trial.json", encoding="utf-8") as file:
        text = json.load(file)
    trial = Trial(text)
    frames = {
        "xgboost": trial.framed(lambda codes: pandas.Categorical.from_codes(codes, range(codes.max() + 1))),
        "catboost": trial.framed(lambda codes: codes.astype(str)),
    }
    answers = {
        name: {"version": version, "runs": [run(train_by, trial, frames, asked) for asked in text["runs"]]}
        for name, (train_by, version) in RIVALS.items()
        if name in text["rivals"]
    }
    with open(f"{folder}/answer.json", "w", encoding="utf-8") as file:
        json.dump(answers, file)


main(sys.argv[1])
