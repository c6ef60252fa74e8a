import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { runCount, seed } from "../../../test/counts.ts";
import { binTable } from "./bins.ts";
import type { FeatureColumn } from "./data.ts";
import { rowsOf } from "./data.ts";
import { createTreeGrower } from "./grow.ts";
import { startHistogramKernel, startHistogramTwin } from "./histogram.ts";
import { createObjective } from "./objective.ts";
import { createRandom } from "./random.ts";
import { randomTable, smallParameters } from "./table.fixture.ts";
import { addTreeScores, type GrownTree } from "./tree.ts";
import { startTreeKernel } from "./tree-kernel.ts";
import { createPlainMachine, type MachineOptions, type TreeMachine } from "./tree-machine.ts";
import type { StartMachines } from "./tree-machines.ts";

type ShapeOf<Arbitrary> = Arbitrary extends fc.Arbitrary<infer Shape> ? Shape : never;

const shapes = fc.record({
  tableSeed: fc.nat(1e6),
  rowCount: fc.integer({ min: 5, max: 400 }),
  bins: fc.constantFrom(2, 16, 255),
  minRows: fc.integer({ min: 1, max: 9 }),
  leaves: fc.constantFrom(2, 8, 60),
  l2: fc.constantFrom(0, 1),
  minHessian: fc.constantFrom(0, 1e-3, 2),
});

const coarseTwin = (options: MachineOptions): TreeMachine =>
  createPlainMachine(options, "coarse", startHistogramTwin(options.table, options.rowCapacity));

/** Trees that each machine grows one after another on the same rows, by columns that differ from tree to tree. */
function grownBy(starts: readonly StartMachines[], { tableSeed, rowCount, bins, ...own }: ShapeOf<typeof shapes>): GrownTree[][] {
  const data = randomTable({ seed: tableSeed, rows: rowCount, weighted: tableSeed % 2 === 0 });
  const random = createRandom(tableSeed + 7);
  const gradient = Float64Array.from({ length: rowCount }, () => random.next() * 2 - 1);
  const hessian = Float64Array.from({ length: rowCount }, () => random.next() + 0.1);
  const table = binTable(data.columns, bins);
  const all = Int32Array.from(data.columns.keys());
  const features = [all, all.filter((index) => index === 0 || random.next() < 0.7)];
  const rows = rowsOf(data);
  const bag = rows.filter((_, index) => index === 0 || random.next() < 0.8);
  const parameters = { ...smallParameters, ...own };
  return starts.map((start) => {
    const grower = createTreeGrower({ columns: data.columns, table, parameters, weight: data.weight, rows }, start);
    return [rows, bag].flatMap((onRows) => features.map((some) => grower.grow(onRows, some, gradient.slice(), hessian.slice())));
  });
}

test("the kernel of fine sums grows the tree that its twin grows, to the bit: any rows, columns, weights, bins and limits", () => {
  const starts = [startHistogramKernel, startHistogramTwin].map(
    (start): StartMachines =>
      (options) => {
        const machine = createPlainMachine(options, "fine", start(options.table, options.rowCapacity));
        return { first: machine, second: () => machine };
      },
  );
  fc.assert(
    fc.property(shapes, (shape) => {
      const [kernel, twin] = grownBy(starts, shape);
      assert.deepEqual(kernel, twin);
    }),
    { seed, numRuns: runCount(40, 3_000) },
  );
});

test("the kernel of coarse sums grows the tree that its twin grows, to the bit: any rows, columns, weights, bins and limits", () => {
  const coarse = (start: (options: MachineOptions) => TreeMachine): StartMachines => {
    return (options) => ({ first: start(options), second: () => assert.fail("these gradients suit the coarse grid") });
  };
  fc.assert(
    fc.property(shapes, (shape) => {
      const [kernel, other] = grownBy([startTreeKernel, coarseTwin].map(coarse), shape);
      assert.deepEqual(kernel, other);
    }),
    { seed, numRuns: runCount(60, 3_000) },
  );
});

test("a leaf of more rows than the packed sums hold is summed in blocks: same trees, missing cells and small columns too", () => {
  const rowCount = 20_000;
  const random = createRandom(5);
  const values = (make: () => number): Float64Array => Float64Array.from({ length: rowCount }, make);
  const columns = Array.from({ length: 31 }, (_, index): FeatureColumn => {
    const wide = index % 3 === 0 ? 300 : 5;
    return {
      name: `x${index}`,
      kind: "numeric",
      values: values(() => (random.next() < 0.1 ? Number.NaN : Math.floor(random.next() * wide))),
    };
  });
  const gradient = values(() => random.next() * 2 - 1);
  const hessian = values(() => random.next());
  const rows = Int32Array.from(gradient.keys());
  const table = binTable(columns, 255);
  const parameters = { ...smallParameters, leaves: 6, bins: 255 };
  const machines = [
    startTreeKernel,
    (options: MachineOptions) => createPlainMachine(options, "coarse", startHistogramTwin(table, rowCount)),
  ];
  const trees = machines.map((start) => {
    const grower = createTreeGrower({ columns, table, parameters, rows }, (options) => ({ first: start(options), second: assert.fail }));
    return grower.grow(rows, Int32Array.from(columns.keys()), gradient, hessian);
  });
  assert.deepEqual(trees[0], trees[1]);
  assert.equal(trees[0]?.leafCount, 6);
});

test("chance hangs on a row's place among the training rows: some rows of a table give the tree of a table of only these", () => {
  const data = randomTable({ seed: 6, rows: 900 });
  const some = rowsOf(data).filter((row) => row % 3 !== 0);
  const take = (values: Float64Array): Float64Array => Float64Array.from(some, (row) => values[row] as number);
  const small = data.columns.map((item) => ({ ...item, values: take(item.values) }));
  const gradient = data.target.map((value) => value - 1);
  const hessian = new Float64Array(900).fill(1);
  const table = binTable(data.columns, 32, some);
  const features = Int32Array.from(data.columns.keys());
  const start: StartMachines = (options) => ({ first: startTreeKernel(options), second: assert.fail });
  const whole = createTreeGrower({ columns: data.columns, table, parameters: smallParameters, rows: some }, start);
  const rows = Int32Array.from(some.keys());
  const alone = createTreeGrower({ columns: small, table: binTable(small, 32), parameters: smallParameters, rows }, start);
  assert.deepEqual(whole.grow(some, features, gradient, hessian), alone.grow(rows, features, take(gradient), take(hessian)));
});

test("gradients of a heavy tail, and weights far apart, are refused by the coarse grid and grown on the fine one", () => {
  const data = randomTable({ seed: 3, rows: 3_000 });
  const heavy = data.target.map((value, row) => (row === 7 ? 1e9 : value));
  const even = new Float64Array(3_000).fill(1);
  const apart = even.map((_, row) => (row === 7 ? 1 : 1e-5));
  const table = binTable(data.columns, 32);
  const features = Int32Array.from(data.columns.keys());
  const fine = (options: MachineOptions) => createPlainMachine(options, "fine", startHistogramTwin(table, options.rowCapacity));
  const options = { columns: data.columns, table, parameters: smallParameters, rows: rowsOf(data) };
  for (const [gradient, hessian] of [[heavy, even] as const, [data.target, apart] as const]) {
    const [kernel, twin, expected] = [startTreeKernel, coarseTwin, fine].map((start) =>
      createTreeGrower(options, (own) => ({ first: start(own), second: () => fine(own) })).grow(
        options.rows,
        features,
        gradient.slice(),
        hessian.slice(),
      ),
    );
    assert.deepEqual(kernel, expected);
    assert.deepEqual(twin, expected);
  }
});

test("coarse leaf values are Newton steps of the gradients as they are, not as they were rounded", () => {
  const rowCount = 4_000;
  const x = Float64Array.from({ length: rowCount }, (_, row) => row);
  const random = createRandom(2);
  const gradient = x.map((value) => (value < 2_000 ? -1 : 1) + random.next() / 3);
  const hessian = x.map(() => 0.5 + random.next());
  const columns: FeatureColumn[] = [{ name: "x", kind: "numeric", values: x }];
  const parameters = { ...smallParameters, leaves: 2, rate: 1, bins: 255 };
  const rows = Int32Array.from(x.keys());
  const grower = createTreeGrower({ columns, table: binTable(columns, 255), parameters, rows }, (own) => ({
    first: startTreeKernel(own),
    second: assert.fail,
  }));
  const tree = grower.grow(rows, Int32Array.of(0), gradient.slice(), hessian.slice());
  const cut = tree.threshold[0] as number;
  for (const [leaf, inside] of [(value: number) => value <= cut, (value: number) => value > cut].entries()) {
    const sum = (values: Float64Array): number =>
      values.reduce((total, value, row) => (inside(x[row] as number) ? total + value : total), 0);
    assert.ok(Math.abs((tree.leafValue[leaf] as number) + sum(gradient) / sum(hessian)) < 1e-9);
  }
});

test("gradients and loss of two classes are the objective's, to the bit: any scores, any rows of the table", () => {
  const score = fc.oneof(fc.double({ min: -30, max: 30, noNaN: true }), fc.constantFrom(0, -0, 708, -708.5, 1e4, -1e300));
  const tables = fc.array(fc.record({ score, isOne: fc.boolean(), isIn: fc.boolean() }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(tables, fc.constantFrom(1, 70), (list, times) => {
      const cells = Array.from({ length: times }, () => list).flat();
      const target = Float64Array.from(cells, ({ isOne }) => (isOne ? 1 : 0));
      const rows = Int32Array.from(cells.keys()).filter((row) => row === 0 || cells[row]?.isIn);
      const table = binTable([{ name: "x", kind: "numeric", values: target }], 2);
      const { own } = startTreeKernel({ table, parameters: smallParameters, rowCapacity: rows.length, slots: 2, rows });
      const scores = Float64Array.from(cells, (cell) => cell.score);
      own?.scores.set(scores);
      const expected = [new Float64Array(cells.length), new Float64Array(cells.length)] as const;
      const loss = createObjective("binary", 1, target, undefined).evaluate(rows, scores, ...expected);
      assert.equal(own?.binaryLogLoss(target)(), loss);
      assert.deepEqual([own?.gradient, own?.hessian], expected);
    }),
    { seed, numRuns: runCount(100, 3_000) },
  );
});

test("rows that a tree was not grown on get the scores that its raw values give, by the kernel too", () => {
  fc.assert(
    fc.property(shapes, ({ tableSeed, rowCount, bins, ...own }) => {
      const data = randomTable({ seed: tableSeed, rows: rowCount + 20 });
      const rows = rowsOf(data);
      const outside = rows.filter((row) => row % 4 === 0);
      const inside = rows.filter((row) => row % 4 !== 0);
      const table = binTable(data.columns, bins, inside);
      const parameters = { ...smallParameters, ...own };
      const grower = createTreeGrower({ columns: data.columns, table, parameters, rows }, (options) => ({
        first: startTreeKernel(options),
        second: assert.fail,
      }));
      const all = Int32Array.from(data.columns.keys());
      const scores = grower.own?.scores as Float64Array;
      const expected = scores.slice();
      for (const gradient of [data.target.map((value) => value - 1), data.target.map((value) => 2 - value)]) {
        const tree = grower.grow(inside, all, gradient, new Float64Array(rows.length).fill(1));
        grower.addScores(scores, 0);
        grower.addOutsideScores(outside, scores, 0);
        addTreeScores(tree, data.columns, rows, expected, 0);
        assert.deepEqual(scores, expected);
      }
    }),
    { seed, numRuns: runCount(40, 2_000) },
  );
});
