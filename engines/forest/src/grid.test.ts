import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { runCount, seed } from "../../../test/counts.ts";
import { binTable } from "./bins.ts";
import { rowsOf } from "./data.ts";
import { roundToGrid } from "./grid.ts";
import { createTreeGrower } from "./grow.ts";
import { createRandom } from "./random.ts";
import { randomTable, smallParameters } from "./table.fixture.ts";

const numRuns = runCount(40, 2_000);
const sizes = fc.double({ min: 1e-300, max: 1e300, noNaN: true });

function shuffled(rows: Int32Array, ownSeed: number): Int32Array {
  const random = createRandom(ownSeed);
  const keys = new Map(Array.from(rows, (row) => [row, random.next()]));
  return rows.slice().sort((a, b) => (keys.get(a) ?? 0) - (keys.get(b) ?? 0));
}

test("numbers on the grid sum to the same bits in any order, and lie within half a step of where they were", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 1, maxLength: 200 }),
      sizes,
      fc.nat(),
      (list, size, own) => {
        const before = Float64Array.from(list, (value) => value * size);
        const values = before.slice();
        const rows = Int32Array.from(values.keys());
        const step = roundToGrid(values, rows);
        const sum = (order: Int32Array): number => order.reduce((total, row) => total + (values[row] as number), 0);
        assert.ok(sum(rows) === sum(shuffled(rows, own)) && sum(rows) === sum(rows.slice().reverse()));
        before.forEach((value, row) => {
          assert.ok(Math.abs(value - (values[row] as number)) <= step / 2);
          assert.ok((values[row] as number) % step === 0);
        });
        const largest = before.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        assert.ok(step <= Math.max(2 ** -1000, largest * list.length * 2 ** -51));
      },
    ),
    { seed, numRuns },
  );
});

test("a tree does not depend on the order that its rows are summed in: same splits, gains and leaf values to the bit", () => {
  fc.assert(
    fc.property(fc.nat(1e6), fc.integer({ min: 10, max: 300 }), (tableSeed, rowCount) => {
      const data = randomTable({ seed: tableSeed, rows: rowCount });
      const random = createRandom(tableSeed + 7);
      const gradient = Float64Array.from({ length: rowCount }, () => random.next() * 2 - 1);
      const hessian = Float64Array.from({ length: rowCount }, () => random.next() + 0.1);
      const table = binTable(data.columns, smallParameters.bins);
      const grower = createTreeGrower({ columns: data.columns, table, parameters: smallParameters, rows: rowsOf(data) });
      const grow = (rows: Int32Array) => grower.grow(rows, Int32Array.from(data.columns.keys()), gradient.slice(), hessian.slice());
      assert.deepEqual(grow(rowsOf(data)), grow(shuffled(rowsOf(data), tableSeed)));
    }),
    { seed, numRuns },
  );
});
