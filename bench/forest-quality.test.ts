/** The benchmark's own reading, folds and measures, so that it cannot rot. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { generatedTrials, measure, parseCsv, stratifiedFolds, type Trial } from "./forest-quality.fixture.ts";
import { trainOurs } from "./forest-quality.ts";

test("a quoted cell may hold commas, quotes and line ends", () => {
  assert.deepEqual(parseCsv('a,b\r\n"x, ""y""\nz",\n,2\n'), [
    ["a", "b"],
    ['x, "y"\nz', ""],
    ["", "2"],
  ]);
});

test("every fold gets its share of each class, and the seed decides the rows", () => {
  const target = Float64Array.from({ length: 100 }, (_, row) => (row < 30 ? 1 : 0));
  const fold = stratifiedFolds(target, 10, 1);
  for (let part = 0; part < 10; part++) {
    assert.equal(fold.filter((own) => own === part).length, 10);
    assert.equal(fold.filter((own, row) => own === part && target[row] === 1).length, 3);
  }
  assert.deepEqual(stratifiedFolds(target, 10, 1), fold);
  assert.notDeepEqual(stratifiedFolds(target, 10, 2), fold);
});

test("AUC counts ties half, losses are means", () => {
  const trial = (metric: Trial["metric"], target: readonly number[]): Pick<Trial, "metric" | "target"> => ({
    metric,
    target: Float64Array.from(target),
  });
  const run = { test: Int32Array.of(0, 1, 2, 3) };
  assert.equal(measure(trial("auc", [0, 1, 0, 1]), run, Float64Array.of(0.1, 0.5, 0.5, 0.9)), 0.875);
  assert.equal(measure(trial("squared error", [0, 1, 2, 3]), run, Float64Array.of(0, 1, 2, 5)), 1);
  const even = measure(trial("log loss", [0, 1, 0, 1]), run, new Float64Array(8).fill(0.5));
  assert.ok(Math.abs(even - Math.LN2) < 1e-15);
});

test("our side of a trial answers every held-out row, and explains most of generated rows", () => {
  const [trial] = generatedTrials(900);
  assert.ok(trial !== undefined);
  const { predictions, score } = trainOurs(trial);
  assert.equal(
    predictions.reduce((sum, answers) => sum + answers.length, 0),
    900,
  );
  const mean = trial.target.reduce((sum, value) => sum + value, 0) / trial.target.length;
  const variance = trial.target.reduce((sum, value) => sum + (value - mean) ** 2, 0) / trial.target.length;
  assert.ok(score < variance / 3, `${score} of ${variance}`);
});
