import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { runCount, seed } from "../../../test/counts.ts";
import { chainForest } from "./explain-paths.fixture.ts";
import type { Forest, ForestTask } from "./forest.ts";
import { createRandom } from "./random.ts";
import { createScorer } from "./score.ts";
import { startScoreMachine } from "./score-plan.ts";
import { randomTable, rowOf, smallParameters } from "./table.fixture.ts";
import { trainForest } from "./train.ts";

const tasks: readonly ForestTask[] = ["binary", "multiclass", "regression"];
const strange = [Number.NaN, -1, 39, 40, 1.5, 1e300, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0];

/** All entry points, with the kernel and without, must agree bit for bit. */
function requireEqualBits(forest: Forest, rows: readonly Float64Array[]): void {
  const { outputs, features } = forest;
  const expected = new Float64Array(rows.length * outputs);
  const walking = createScorer(forest, () => undefined);
  rows.forEach((row, index) => {
    walking.rawScore(row, expected.subarray(index * outputs, (index + 1) * outputs));
  });
  assert.notEqual(startScoreMachine(forest), undefined);
  const flat = Float64Array.from(rows.flatMap((row) => [...row]));
  const columns = features.map((_, feature) => Float64Array.from(rows, (row) => row[feature] as number));
  for (const scorer of [walking, createScorer(forest)]) {
    const single = new Float64Array(expected.length);
    const byRows = new Float64Array(expected.length);
    const byColumns = new Float64Array(expected.length);
    rows.forEach((row, index) => {
      scorer.rawScore(row, single.subarray(index * outputs, (index + 1) * outputs));
    });
    scorer.rawScoreRows(flat, rows.length, byRows);
    scorer.rawScoreColumns(columns, rows.length, byColumns);
    for (const out of [single, byRows, byColumns]) assert.deepEqual(out, expected);
  }
}

test("one row, a batch and columns give the same bits, with the kernel and without", () => {
  fc.assert(
    fc.property(fc.nat(1e6), fc.constantFrom(...tasks), fc.integer({ min: 2, max: 40 }), (tableSeed, task, leaves) => {
      const data = randomTable({ seed: tableSeed, rows: 150, task });
      const { forest } = trainForest(task, data, { ...smallParameters, leaves, minRows: 1 });
      const random = createRandom(tableSeed);
      const rows = Array.from({ length: 1 + (tableSeed % 150) }, (_, row) =>
        rowOf(data, row).map((value) => (random.next() < 0.2 ? (strange[Math.floor(random.next() * strange.length)] as number) : value)),
      );
      requireEqualBits(forest, rows);
    }),
    { seed, numRuns: runCount(30, 1_000) },
  );
});

test("a tree of depth 250 and a forest without nodes are scored alike", () => {
  const random = createRandom(1);
  const rows = Array.from({ length: 70 }, () => Float64Array.from({ length: 9 }, () => random.next()));
  const chain = chainForest(250, 9, 4);
  requireEqualBits(chain, rows);
  const empty = { nodeOffset: Int32Array.of(0), leafOffset: Int32Array.of(0) };
  requireEqualBits({ ...chain, trees: { ...chain.trees, ...empty, feature: new Int32Array(0), leafValue: new Float64Array(0) } }, rows);
});
