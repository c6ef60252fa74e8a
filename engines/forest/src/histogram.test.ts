import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { runCount, seed } from "../../../test/counts.ts";
import { binTable } from "./bins.ts";
import { rowsOf } from "./data.ts";
import { createTreeGrower } from "./grow.ts";
import { startHistogramKernel, startHistogramTwin } from "./histogram.ts";
import { createRandom } from "./random.ts";
import { randomTable, smallParameters } from "./table.fixture.ts";

test("the kernel grows the tree that the twin grows, to the bit: any rows, columns, weights, bins and limits", () => {
  const shapes = fc.record({
    tableSeed: fc.nat(1e6),
    rowCount: fc.integer({ min: 5, max: 400 }),
    bins: fc.constantFrom(2, 16, 255),
    minRows: fc.integer({ min: 1, max: 9 }),
    leaves: fc.constantFrom(2, 8, 60),
    l2: fc.constantFrom(0, 1),
  });
  fc.assert(
    fc.property(shapes, ({ tableSeed, rowCount, bins, ...own }) => {
      const data = randomTable({ seed: tableSeed, rows: rowCount, weighted: tableSeed % 2 === 0 });
      const random = createRandom(tableSeed + 7);
      const gradient = Float64Array.from({ length: rowCount }, () => random.next() * 2 - 1);
      const hessian = Float64Array.from({ length: rowCount }, () => random.next() + 0.1);
      const table = binTable(data.columns, bins);
      const features = Int32Array.from(data.columns.keys()).filter((index) => index === 0 || random.next() < 0.8);
      const [kernel, twin] = [startHistogramKernel, startHistogramTwin].map((start) => {
        const grower = createTreeGrower(data.columns, table, { ...smallParameters, ...own }, data.weight, rowCount, start);
        const rows = rowsOf(data);
        return [0, 1].map(() => grower.grow(rows.slice(), features, gradient.slice(), hessian.slice()));
      });
      assert.deepEqual(kernel, twin);
    }),
    { seed, numRuns: runCount(60, 3_000) },
  );
});
