import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { runCount, seed } from "../../../test/counts.ts";
import { binTable } from "./bins.ts";
import type { FeatureColumn, TrainingData } from "./data.ts";
import { encodeForest } from "./encode.ts";
import { ForestError, type ForestErrorCode } from "./error.ts";
import type { Forest, ForestTask } from "./forest.ts";
import { createScorer } from "./score.ts";
import { randomTable, rowOf, smallParameters } from "./table.fixture.ts";
import { trainForest, trainingRounds } from "./train.ts";

const numRuns = runCount(15, 500);
const tasks: readonly ForestTask[] = ["binary", "multiclass", "regression"];

function refuses(code: ForestErrorCode, work: () => unknown): void {
  assert.throws(work, (error) => error instanceof ForestError && error.code === code && error.problems.length > 0);
}

function column(name: string, values: readonly number[]): FeatureColumn {
  return { name, kind: "numeric", values: Float64Array.from(values) };
}

/** Mean loss of a forest on its rows, from its probabilities. */
function lossOf(task: ForestTask, data: TrainingData, forest: Forest): number {
  const scorer = createScorer(forest);
  const out = new Float64Array(forest.outputs);
  let sum = 0;
  data.target.forEach((truth, row) => {
    scorer.rawScore(rowOf(data, row), out);
    scorer.probability(out, out);
    const first = out[0] as number;
    if (task === "regression") sum += (first - truth) ** 2;
    else sum -= Math.log(task === "binary" ? (truth === 1 ? first : 1 - first) : (out[truth] as number));
  });
  return sum / data.target.length;
}

test("the same table, parameters and seed give the same bytes, and another seed gives others", () => {
  fc.assert(
    fc.property(fc.nat(1e6), fc.constantFrom(...tasks), (tableSeed, task) => {
      const data = randomTable({ seed: tableSeed, rows: 150, task });
      const parameters = { ...smallParameters, baggingFraction: 0.6, baggingFreq: 2, featureFraction: 0.5 };
      const bytes = (own: number): Uint8Array => encodeForest(trainForest(task, data, { ...parameters, seed: own }).forest);
      assert.deepEqual(bytes(3), bytes(3));
      assert.notDeepEqual(bytes(3), bytes(4));
    }),
    { seed, numRuns },
  );
});

test("the loss that training reports is the loss of the forest it returns, rows left out of a sample included", () => {
  fc.assert(
    fc.property(fc.nat(1e6), fc.constantFrom(...tasks), fc.constantFrom(0.5, 1), (tableSeed, task, fraction) => {
      const data = randomTable({ seed: tableSeed, rows: 100, task });
      const parameters = { ...smallParameters, baggingFraction: fraction, baggingFreq: 2, bins: 10 };
      const { forest, history } = trainForest(task, data, parameters, { validation: data });
      const last = history.at(-1);
      const loss = lossOf(task, data, forest);
      assert.ok(Math.abs((last?.trainLoss ?? 0) - loss) <= 1e-9 * Math.max(1, loss));
      assert.ok(Math.abs((last?.validLoss ?? 0) - loss) <= 1e-9 * Math.max(1, loss));
    }),
    { seed, numRuns },
  );
});

test("training lowers the loss", () => {
  for (const task of tasks) {
    const { history } = trainForest(task, randomTable({ seed: 1, rows: 300, task }), { ...smallParameters, rounds: 30 });
    assert.ok((history[29]?.trainLoss ?? 1) < 0.5 * (history[0]?.trainLoss ?? 0), task);
  }
});

/** A table with weights 0 to 3, and the same with every row as often as its weight says; numbers only. */
function weightedAndRepeated(
  tableSeed: number,
  task: ForestTask,
): { weighted: TrainingData; repeated: TrainingData; weight: Float64Array } {
  const all = randomTable({ seed: tableSeed, rows: 60, task, weighted: true });
  const weight = (all.weight as Float64Array).map((value, row) => (row < 3 ? Math.max(1, value) : value));
  const copies = Array.from(weight, (count, row) => new Array<number>(count).fill(row)).flat();
  const take = (values: Float64Array): Float64Array => Float64Array.from(copies, (row) => values[row] as number);
  const weighted = { ...all, columns: all.columns.filter((item) => item.kind !== "category"), weight };
  const columns = weighted.columns.map((item) => ({ ...item, values: take(item.values) }));
  const repeated = { columns, target: take(all.target), ...(task === "multiclass" ? { classCount: 3 } : {}) };
  return { weighted, repeated, weight };
}

test("a weight counts as that many equal rows", () => {
  const parameters = { ...smallParameters, rounds: 2, minRows: 1, minHessian: 1, bins: 255 };
  fc.assert(
    fc.property(fc.nat(1e6), (tableSeed) => {
      const { weighted, repeated, weight } = weightedAndRepeated(tableSeed, "regression");
      const one = trainForest("regression", weighted, parameters).forest;
      const other = trainForest("regression", repeated, parameters).forest;
      assert.equal(one.trees.leafCover.length, other.trees.leafCover.length);
      const score = (forest: Forest, row: number): number => {
        const out = new Float64Array(1);
        createScorer(forest).rawScore(rowOf(weighted, row), out);
        return out[0] as number;
      };
      for (const [row, count] of weight.entries()) if (count > 0) assert.ok(Math.abs(score(one, row) - score(other, row)) < 1e-9);
    }),
    { seed, numRuns },
  );
});

test("a weight counts as that many equal rows where classes are learned: same start, same best gain", () => {
  const parameters = { ...smallParameters, rounds: 1, leaves: 2, minRows: 1, minHessian: 0.5, bins: 255 };
  fc.assert(
    fc.property(fc.nat(1e6), fc.constantFrom<ForestTask>("binary", "multiclass"), (tableSeed, task) => {
      const { weighted, repeated } = weightedAndRepeated(tableSeed, task);
      const [one, other] = [weighted, repeated].map((data) => trainForest(task, data, parameters).forest) as [Forest, Forest];
      const gain = (forest: Forest): number => forest.importances.gain.reduce((sum, value) => sum + value, 0);
      for (const [output, value] of one.base.entries()) assert.ok(Math.abs(value - (other.base[output] as number)) < 1e-12);
      assert.ok(Math.abs(gain(one) - gain(other)) < 1e-9);
    }),
    { seed, numRuns },
  );
});

test("training on some rows is training on a table of only these rows", () => {
  for (const task of tasks) {
    const data = randomTable({ seed: 9, rows: 200, task });
    const rowIndex = Int32Array.from(data.target.keys()).filter((row) => row % 3 !== 0 || row < 6);
    const take = (values: Float64Array): Float64Array => Float64Array.from(rowIndex, (row) => values[row] as number);
    const small = { ...data, columns: data.columns.map((item) => ({ ...item, values: take(item.values) })), target: take(data.target) };
    const parameters = { ...smallParameters, baggingFraction: 0.7, baggingFreq: 1 };
    assert.deepEqual(trainForest(task, { ...data, rowIndex }, parameters).forest, trainForest(task, small, parameters).forest);
  }
});

test("a table binned before serves every fold", () => {
  const data = randomTable({ seed: 2, rows: 100 });
  const binned = binTable(data.columns, smallParameters.bins);
  const again = trainForest("regression", data, smallParameters, { binned });
  const own = trainForest("regression", data, smallParameters);
  assert.deepEqual([again.forest, again.history], [own.forest, own.history]);
  refuses("forest.data_invalid", () =>
    trainForest("regression", { columns: data.columns.slice(1), target: data.target }, smallParameters, { binned }),
  );
});

test("training stops when the validation loss no longer falls, and keeps the best round", () => {
  const data = randomTable({ seed: 3, rows: 120, task: "binary" });
  const validation = randomTable({ seed: 4, rows: 120, task: "binary" });
  const parameters = { ...smallParameters, rounds: 500, minRows: 1, leaves: 30, earlyStoppingRounds: 5 };
  const { forest, history, bestRound } = trainForest("binary", data, parameters, { validation });
  const losses = history.map((round) => round.validLoss ?? 0);
  assert.equal(losses.indexOf(Math.min(...losses)) + 1, bestRound);
  assert.equal(history.length, bestRound + 5);
  assert.equal(forest.trees.nodeOffset.length - 1, bestRound);
  assert.ok(Math.abs(lossOf("binary", validation, forest) - Math.min(...losses)) < 1e-12);
});

test("losses of parts are told apart, and a training that is ended early has the forest of every round before", () => {
  const data = randomTable({ seed: 3, rows: 200, task: "binary" });
  const validation = randomTable({ seed: 4, rows: 90, task: "binary" });
  const all = Int32Array.from(validation.target.keys());
  const parts = [all.subarray(0, 30), all.subarray(30), all.subarray(0, 0)];
  const parameters = { ...smallParameters, rounds: 9 };
  const rounds = trainingRounds("binary", data, parameters, { validation, validationParts: parts });
  let step = rounds.next();
  for (let round = 1; !step.done; round++) {
    const { validLoss, partLosses: [first, second, none] = [] } = step.value;
    assert.ok(Math.abs(((first as number) * 30 + (second as number) * 60) / 90 - (validLoss as number)) < 1e-12);
    assert.ok(Number.isNaN(none));
    step = rounds.next(round === 6);
  }
  const { history, after } = step.value;
  assert.equal(history.length, 6);
  for (const count of [1, 4, 6]) {
    const alone = trainForest("binary", data, { ...parameters, rounds: count }).forest;
    assert.deepEqual(encodeForest(after(count)), encodeForest(alone));
  }
  assert.deepEqual(after(50), after(6));
});

test("a training is watched round by round and given up at any of them", () => {
  const rounds = trainingRounds("regression", randomTable({ seed: 1, rows: 50 }), smallParameters);
  assert.equal(rounds.next().done, false);
  const second = rounds.next();
  assert.ok(!second.done && second.value.round === 2 && second.value.rounds === smallParameters.rounds);
  assert.deepEqual(rounds.return(undefined as never), { value: undefined, done: true });
  assert.equal(rounds.next().done, true);
});

test("columns that tell nothing give a forest that answers with the mean", () => {
  const target = Float64Array.of(1, 2, 3, 6);
  for (const columns of [[column("same", [5, 5, 5, 5])], [column("nothing", [Number.NaN, Number.NaN, Number.NaN, Number.NaN])]]) {
    const { forest, history } = trainForest("regression", { columns, target }, { ...smallParameters, minRows: 1 });
    const out = new Float64Array(1);
    createScorer(forest).rawScore(Float64Array.of(9), out);
    assert.equal(out[0], 3);
    assert.equal(history.length, 1);
  }
});

test("one row is enough for a mean", () => {
  const { forest } = trainForest("regression", { columns: [column("x", [1])], target: Float64Array.of(7) }, smallParameters);
  assert.deepEqual([...forest.base], [7]);
});

test("infinite cells are the largest and the smallest of their column", () => {
  const x = column("x", [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
  const data = { columns: [x], target: Float64Array.of(-10, -10, 0, 0, 10, 10) };
  const { forest, history } = trainForest("regression", data, { ...smallParameters, minRows: 1, rounds: 40 });
  assert.ok((history.at(-1)?.trainLoss ?? 1) < 1e-6);
  assert.ok(Math.abs(lossOf("regression", data, forest) - (history.at(-1)?.trainLoss ?? 0)) < 1e-9);
});

test("presence alone can be a split: all values on one side, missing on the other", () => {
  const data = { columns: [column("x", [4, 4, 4, Number.NaN, Number.NaN, Number.NaN])], target: Float64Array.of(1, 1, 1, 5, 5, 5) };
  const { forest } = trainForest("regression", data, { ...smallParameters, minRows: 1, rounds: 1, rate: 1 });
  const out = new Float64Array(1);
  const answers = [4, Number.POSITIVE_INFINITY, Number.NaN].map((value) => {
    createScorer(forest).rawScore(Float64Array.of(value), out);
    return out[0];
  });
  assert.deepEqual(answers, [1, 1, 5]);
});

test("a category that training never saw is answered like a missing one", () => {
  const data = randomTable({ seed: 8, rows: 300 });
  const { forest } = trainForest("regression", data, { ...smallParameters, rounds: 20 });
  const out = new Float64Array(1);
  const answer = (code: number): number => {
    const row = rowOf(data, 1);
    row[5] = code;
    createScorer(forest).rawScore(row, out);
    return out[0] as number;
  };
  for (const unseen of [36, 39, 40, 1e9, -1]) assert.equal(answer(unseen), answer(Number.NaN));
});

test("importances count the splits and their gains by column", () => {
  const { forest } = trainForest("regression", randomTable({ seed: 1, rows: 200 }), smallParameters);
  const total = forest.importances.splits.reduce((sum, count) => sum + count, 0);
  assert.equal(total, forest.trees.feature.length);
  forest.importances.gain.forEach((gain, feature) => {
    assert.equal(gain > 0, (forest.importances.splits[feature] as number) > 0);
  });
});

test("what cannot be learned is refused with a code and the place", () => {
  const x = column("x", [1, 2, 3]);
  const train = (task: ForestTask, data: Partial<TrainingData>) => () =>
    trainForest(task, { columns: [x], target: Float64Array.of(0, 1, 0), ...data }, smallParameters);
  refuses("forest.data_invalid", train("binary", { columns: [] }));
  refuses("forest.data_invalid", train("binary", { target: new Float64Array(2) }));
  refuses("forest.data_invalid", train("binary", { columns: [column("x", [])], target: new Float64Array(0) }));
  refuses("forest.data_invalid", train("binary", { weight: Float64Array.of(1, -1, 1) }));
  refuses("forest.data_invalid", train("binary", { weight: new Float64Array(3) }));
  refuses("forest.data_invalid", train("binary", { rowIndex: Int32Array.of(0, 3) }));
  refuses("forest.data_invalid", train("binary", { rowIndex: Int32Array.of(1, 1) }));
  refuses("forest.data_invalid", train("multiclass", { classCount: 1 }));
  refuses("forest.target_one_class", train("binary", { target: Float64Array.of(1, 1, 1) }));
  refuses("forest.target_one_class", train("multiclass", { target: Float64Array.of(2, 2, 2) }));
  refuses("forest.target_invalid", train("binary", { target: Float64Array.of(0, 1, 2) }));
  refuses("forest.target_invalid", train("multiclass", { target: Float64Array.of(0, 1, 3), classCount: 3 }));
  refuses("forest.target_invalid", train("regression", { target: Float64Array.of(0, Number.NaN, 1) }));
  refuses("forest.target_invalid", train("regression", { target: Float64Array.of(0, Number.POSITIVE_INFINITY, 1) }));
  refuses("forest.parameters_invalid", () =>
    trainForest("binary", { columns: [x], target: Float64Array.of(0, 1, 0) }, { ...smallParameters, bins: 1 }),
  );
});
