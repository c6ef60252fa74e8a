import assert from "node:assert/strict";
import { test } from "node:test";
import { defaultTrainParameters, suggestParameters, validateParameters } from "./parameters.ts";

test("the defaults and every suggestion are valid", () => {
  assert.deepEqual(validateParameters(defaultTrainParameters), []);
  for (const rows of [1, 30, 1_000, 10_000, 1e7])
    for (const features of [1, 20, 5_000])
      for (const task of ["binary", "multiclass", "regression"] as const)
        assert.deepEqual(validateParameters(suggestParameters(rows, features, task)), []);
});

test("every wrong parameter is told at once", () => {
  const wrong = { ...defaultTrainParameters, rounds: 0, leaves: 1.5, rate: 0, bins: 256, l2: Number.NaN, trees: 5 };
  const problems = validateParameters(wrong);
  assert.equal(problems.length, 6);
  for (const name of ["rounds", "leaves", "rate", "bins", "l2", "trees"])
    assert.ok(
      problems.some((problem) => problem.startsWith(name)),
      name,
    );
});
