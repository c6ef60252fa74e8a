import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { runCount, seed } from "../../../test/counts.ts";
import type { FeatureColumn } from "./data.ts";
import { createExplainer } from "./explain.ts";
import { startKernel, startTwin } from "./explain-kernel.ts";
import { chainForest, pathShapley } from "./explain-paths.fixture.ts";
import type { Forest, ForestTask } from "./forest.ts";
import { gaussLegendre } from "./quadrature.ts";
import { createRandom } from "./random.ts";
import { referenceScores, referenceShapley } from "./reference/shapley.ts";
import { createScorer } from "./score.ts";
import { randomTable, rowOf, smallParameters } from "./table.fixture.ts";
import { trainForest } from "./train.ts";

const numRuns = runCount(30, 1_000);
const tasks: readonly ForestTask[] = ["binary", "multiclass", "regression"];

/** A row of the table with some cells made missing, unseen or absurd. */
function strangeRow(row: Float64Array, random: { next(): number }): Float64Array {
  const strange = [Number.NaN, -1, 39, 40, 1e300, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  return row.map((value) => (random.next() < 0.3 ? (strange[Math.floor(random.next() * strange.length)] as number) : value));
}

function contributions(forest: Forest, row: Float64Array): Float64Array {
  const out = new Float64Array(forest.outputs * forest.features.length);
  createExplainer(forest).explain(row, out);
  return out;
}

test("contributions are the Shapley values that all subsets give, with missing cells, categories and classes", () => {
  fc.assert(
    fc.property(fc.nat(1e6), fc.constantFrom(...tasks), fc.boolean(), (tableSeed, task, weighted) => {
      const data = randomTable({ seed: tableSeed, rows: 80, task, weighted });
      const { forest } = trainForest(task, data, { ...smallParameters, rounds: 3, leaves: 12 });
      const random = createRandom(tableSeed);
      for (let row = 0; row < 3; row++) {
        const values = strangeRow(rowOf(data, row), random);
        const expected = referenceShapley(forest, values);
        contributions(forest, values).forEach((value, index) => {
          assert.ok(Math.abs(value - (expected[index] as number)) <= 1e-10, `${value} is not ${expected[index]}`);
        });
      }
    }),
    { seed, numRuns },
  );
});

test("the kernel and its TypeScript twin give the same bits, row by row and in a batch", () => {
  fc.assert(
    fc.property(fc.nat(1e6), fc.constantFrom(...tasks), fc.integer({ min: 2, max: 60 }), (tableSeed, task, leaves) => {
      const data = randomTable({ seed: tableSeed, rows: 200, task });
      const { forest } = trainForest(task, data, { ...smallParameters, leaves, minRows: 1 });
      const random = createRandom(tableSeed);
      const rows = Array.from({ length: 8 }, (_, row) => strangeRow(rowOf(data, row), random));
      const slots = forest.outputs * forest.features.length;
      const kernel = createExplainer(forest, startKernel);
      const twin = createExplainer(forest, startTwin);
      const batch = new Float64Array(rows.length * slots);
      kernel.explainRows(Float64Array.from(rows.flatMap((row) => [...row])), rows.length, batch);
      rows.forEach((row, index) => {
        const expected = new Float64Array(slots);
        const out = new Float64Array(slots).fill(7);
        twin.explain(row, expected);
        kernel.explain(row, out);
        assert.deepEqual(out, expected);
        assert.deepEqual(batch.slice(index * slots, (index + 1) * slots), expected);
      });
    }),
    { seed, numRuns },
  );
});

for (const depth of [3, 10, 30, 60, 120, 250])
  test(`a chain of depth ${depth} is explained to 1e-9, with features once and again`, () => {
    for (const features of depth > 120 ? [9] : [depth, 9, 2]) {
      const forest = chainForest(depth, features, depth + features);
      const random = createRandom(depth);
      for (let index = 0; index < (depth > 30 ? 1 : 10); index++) {
        const row = Float64Array.from({ length: features }, () => random.next());
        const expected = pathShapley(forest, row);
        const twin = new Float64Array(features);
        createExplainer(forest, startTwin).explain(row, twin);
        contributions(forest, row).forEach((value, feature) => {
          assert.ok(Math.abs(value - (expected[feature] as number)) <= 1e-9, `${value} is not ${expected[feature]}`);
          assert.equal(value, twin[feature]);
        });
      }
    }
  });

test("base value and contributions sum to the raw score", () => {
  fc.assert(
    fc.property(fc.nat(1e6), fc.constantFrom(...tasks), fc.integer({ min: 2, max: 60 }), (tableSeed, task, leaves) => {
      const data = randomTable({ seed: tableSeed, rows: 300, task });
      const { forest } = trainForest(task, data, { ...smallParameters, leaves, minRows: 1, rounds: 10 });
      const scorer = createScorer(forest);
      const explainer = createExplainer(forest);
      const raw = new Float64Array(forest.outputs);
      const out = new Float64Array(forest.outputs * forest.features.length);
      const random = createRandom(tableSeed);
      for (let row = 0; row < 20; row++) {
        const values = strangeRow(rowOf(data, row), random);
        scorer.rawScore(values, raw);
        explainer.explain(values, out);
        raw.forEach((score, output) => {
          let sum = explainer.baseValues[output] as number;
          for (let feature = 0; feature < forest.features.length; feature++)
            sum += out[output * forest.features.length + feature] as number;
          assert.ok(Math.abs(sum - score) <= 1e-9 * Math.max(1, Math.abs(score)), `${sum} is not ${score}`);
        });
      }
    }),
    { seed, numRuns },
  );
});

test("a tree as deep as the engine allows is explained to the same precision", () => {
  const count = 600;
  const columns: FeatureColumn[] = Array.from({ length: 300 }, (_, index) => ({
    name: `x${index}`,
    kind: "numeric" as const,
    values: Float64Array.from({ length: count }, (_, row) => (row === index ? 1 : 0)),
  }));
  const target = Float64Array.from({ length: count }, (_, row) => (row < 300 ? 1000 - row : 0));
  const { forest } = trainForest("regression", { columns, target }, { ...smallParameters, minRows: 1, rounds: 1, leaves: 300 });
  const values = rowOf({ columns, target }, 200);
  const raw = new Float64Array(1);
  createScorer(forest).rawScore(values, raw);
  const out = contributions(forest, values);
  const sum = out.reduce((all, value) => all + value, createExplainer(forest).baseValues[0] as number);
  assert.ok(forest.trees.feature.length > 200);
  assert.ok(Math.abs(sum - (raw[0] as number)) <= 1e-9 * Math.abs(raw[0] as number));
});

test("scores agree with the trees walked by hand", () => {
  fc.assert(
    fc.property(fc.nat(1e6), fc.constantFrom(...tasks), (tableSeed, task) => {
      const data = randomTable({ seed: tableSeed, rows: 80, task });
      const { forest } = trainForest(task, data, smallParameters);
      const random = createRandom(tableSeed);
      const raw = new Float64Array(forest.outputs);
      for (let row = 0; row < 10; row++) {
        const values = strangeRow(rowOf(data, row), random);
        createScorer(forest).rawScore(values, raw);
        assert.deepEqual([...raw], [...referenceScores(forest, values)]);
      }
    }),
    { seed, numRuns },
  );
});

test("the points integrate every power that they should", () => {
  for (const points of [1, 2, 3, 5, 16, 64, 128]) {
    const { at, weight } = gaussLegendre(points);
    for (let power = 0; power < 2 * points; power++) {
      const sum = at.reduce((all, t, index) => all + (weight[index] as number) * t ** power, 0);
      assert.ok(Math.abs(sum * (power + 1) - 1) < 1e-12, `${points} points, power ${power}: ${sum * (power + 1)}`);
    }
  }
});
