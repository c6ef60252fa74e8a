import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { runCount, seed } from "../../../test/counts.ts";
import { type BinnedFeature, binTable } from "./bins.ts";
import { rowsOf, type TrainingData } from "./data.ts";
import { createTreeGrower } from "./grow.ts";
import type { TrainParameters } from "./parameters.ts";
import { createRandom } from "./random.ts";
import { referenceSplits } from "./reference/split.ts";
import { randomTable, smallParameters } from "./table.fixture.ts";
import type { GrownTree } from "./tree.ts";

const numRuns = runCount(40, 2_000);

interface Case {
  readonly data: TrainingData;
  readonly parameters: TrainParameters;
  readonly gradient: Float64Array;
  readonly hessian: Float64Array;
}

const cases = fc
  .record({
    tableSeed: fc.nat(1e6),
    rows: fc.integer({ min: 10, max: 120 }),
    minRows: fc.integer({ min: 1, max: 8 }),
    l2: fc.constantFrom(0, 1),
    catSmooth: fc.constantFrom(1, 3),
    maxCatThreshold: fc.constantFrom(2, 32),
    leaves: fc.constantFrom(2, 8),
    maxDepth: fc.constantFrom(0, 2),
  })
  .map(({ tableSeed, rows, ...own }): Case => {
    const random = createRandom(tableSeed + 7);
    return {
      data: randomTable({ seed: tableSeed, rows }),
      parameters: { ...smallParameters, ...own },
      gradient: Float64Array.from({ length: rows }, () => random.next() * 2 - 1),
      hessian: Float64Array.from({ length: rows }, () => random.next() + 0.1),
    };
  });

/** The rows that reach each node, by raw values, and which of them go left. */
function rowsAtNodes(tree: GrownTree, data: TrainingData): { rows: number[]; left: boolean[] }[] {
  const nodes = Array.from({ length: tree.nodeCount }, () => ({ rows: [] as number[], left: [] as boolean[] }));
  for (const row of rowsOf(data)) {
    let node = tree.nodeCount > 0 ? 0 : ~0;
    while (node >= 0) {
      const value = data.columns[tree.feature[node] as number]?.values[row] as number;
      const set = tree.categories[node];
      const inside = set === undefined ? value <= (tree.threshold[node] as number) : (((set[value >> 5] ?? 0) >>> (value & 31)) & 1) === 1;
      const goesLeft = Number.isNaN(value) ? tree.defaultLeft[node] === 1 : inside;
      nodes[node]?.rows.push(row);
      nodes[node]?.left.push(goesLeft);
      node = (goesLeft ? tree.left[node] : tree.right[node]) as number;
    }
  }
  return nodes;
}

test("every split of a tree gains what the best of all splits over its rows gains", () => {
  fc.assert(
    fc.property(cases, ({ data, parameters, gradient, hessian }) => {
      const table = binTable(data.columns, parameters.bins);
      const features = Int32Array.from(data.columns.keys());
      const grower = createTreeGrower({ columns: data.columns, table, parameters, rows: rowsOf(data) });
      const tree = grower.grow(rowsOf(data), features, gradient, hessian);
      rowsAtNodes(tree, data).forEach(({ rows, left }, node) => {
        const all = table.features.map((feature: BinnedFeature) => referenceSplits(feature, rows, gradient, hessian, parameters));
        const best = Math.max(...all.map((splits) => splits[0]?.gain ?? 0));
        const gain = tree.gain[node] as number;
        assert.ok(Math.abs(gain - best) <= 1e-9 * Math.max(1, best), `node ${node} gains ${gain}, the best ${best}`);
        const chosen = all[tree.feature[node] as number]?.find((split) => split.goesLeft.every((side, index) => side === left[index]));
        assert.ok(chosen !== undefined, "the raw values part the rows as the bins did");
        assert.ok(Math.abs(chosen.gain - gain) <= 1e-9 * Math.max(1, gain));
      });
    }),
    { seed, numRuns },
  );
});

test("a tree stops only when no leaf can be split with gain", () => {
  fc.assert(
    fc.property(cases, ({ data, parameters, gradient, hessian }) => {
      const unlimited = { ...parameters, leaves: 200, maxDepth: 0 };
      const table = binTable(data.columns, parameters.bins);
      const grower = createTreeGrower({ columns: data.columns, table, parameters: unlimited, rows: rowsOf(data) });
      const tree = grower.grow(rowsOf(data), Int32Array.from(data.columns.keys()), gradient, hessian);
      const leaves = new Map<number, number[]>(tree.nodeCount > 0 ? [] : [[~0, [...rowsOf(data)]]]);
      rowsAtNodes(tree, data).forEach(({ rows, left }, node) => {
        rows.forEach((row, index) => {
          const child = (left[index] ? tree.left[node] : tree.right[node]) as number;
          if (child < 0) leaves.set(child, [...(leaves.get(child) ?? []), row]);
        });
      });
      for (const rows of leaves.values())
        for (const feature of table.features) {
          const best = referenceSplits(feature, rows, gradient, hessian, unlimited)[0]?.gain ?? 0;
          assert.ok(best <= 1e-9, `a leaf of ${rows.length} rows could still gain ${best}`);
        }
    }),
    { seed, numRuns: Math.ceil(numRuns / 4) },
  );
});

test("leaf values are Newton steps, and rows of missing values take the side that gains more", () => {
  const values = Float64Array.of(1, 2, 3, 4, Number.NaN, Number.NaN);
  const columns = [{ name: "x", kind: "numeric" as const, values }];
  const gradient = Float64Array.of(-1, -1, 2, 2, 2, 2);
  const hessian = new Float64Array(6).fill(1);
  const parameters = { ...smallParameters, leaves: 2, minRows: 1, l2: 1, rate: 0.5 };
  const grower = createTreeGrower({ columns, table: binTable(columns, 255), parameters, rows: Int32Array.of(0, 1, 2, 3, 4, 5) });
  const tree = grower.grow(Int32Array.of(0, 1, 2, 3, 4, 5), Int32Array.of(0), gradient, hessian);
  assert.equal(tree.threshold[0], 2.5);
  assert.equal(tree.defaultLeft[0], 0);
  assert.deepEqual([...tree.leafValue], [(2 / 3) * 0.5, (-8 / 5) * 0.5]);
  assert.deepEqual([...tree.leafCover], [2, 4]);
});

test("where no row was missing, missing goes to the side of larger cover", () => {
  const columns = [{ name: "x", kind: "numeric" as const, values: Float64Array.of(1, 1, 1, 2) }];
  const parameters = { ...smallParameters, leaves: 2, minRows: 1 };
  const grower = createTreeGrower({ columns, table: binTable(columns, 255), parameters, rows: Int32Array.of(0, 1, 2, 3) });
  const tree = grower.grow(Int32Array.of(0, 1, 2, 3), Int32Array.of(0), Float64Array.of(1, 1, 1, -1), new Float64Array(4).fill(1));
  assert.equal(tree.defaultLeft[0], 1);
});
