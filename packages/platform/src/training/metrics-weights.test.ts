/** Weighted figures against their naive twin: the same figure over rows repeated as often as their weight says. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { MegalithError } from "@megalith/contract";
import fc from "fast-check";
import { runCount } from "../../../../test/counts.ts";
import type { TableContent } from "../tables/index.ts";
import { measure } from "./evaluation.ts";
import { trainModel } from "./index.ts";
import { intrusions } from "./loan-book.fixture.ts";
import {
  accuracy,
  auc,
  averagePrecision,
  calibration,
  type Figure,
  logLoss,
  meanAbsoluteError,
  meanSquaredError,
  multiclassLogLoss,
  rootMeanSquaredError,
  rSquared,
  smallRandom,
  withInterval,
} from "./metrics.ts";

const seed = 42;
const runs = { numRuns: runCount(60, 2_000), seed };

interface Rows {
  readonly truth: Float64Array;
  readonly predicted: Float64Array;
  readonly weight: Float64Array;
}

/** Few distinct scores, so that ties are common; weights 0 to 4; of classes, three with scores of each. */
function rowsOf(kind: "binary" | "value" | "classes"): fc.Arbitrary<Rows> {
  const truth = kind === "value" ? fc.integer({ min: -9, max: 9 }) : fc.integer({ min: 0, max: kind === "binary" ? 1 : 2 });
  const width = kind === "classes" ? 3 : 1;
  const scores = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: width, maxLength: width });
  const row = fc.record({ truth, scores, weight: fc.integer({ min: 0, max: 4 }) });
  return fc.array(row, { minLength: 2, maxLength: 40 }).map((rows) => ({
    truth: Float64Array.from(rows, (one) => one.truth),
    predicted: Float64Array.from(rows.flatMap((one) => one.scores.map((score) => score / 8))),
    weight: Float64Array.from(rows, (one) => one.weight),
  }));
}

function repeated({ truth, predicted, weight }: Rows, drawn: Iterable<number> = truth.keys()): Rows {
  const width = predicted.length / truth.length;
  const order = [...drawn].flatMap((row) => Array.from({ length: weight[row] as number }, () => row));
  return {
    truth: Float64Array.from(order, (row) => truth[row] as number),
    predicted: Float64Array.from(order.flatMap((row) => [...predicted.subarray(row * width, (row + 1) * width)])),
    weight: new Float64Array(order.length).fill(1),
  };
}

function assertNear(found: number | undefined, expected: number | undefined, told: string): void {
  const near =
    found === undefined || expected === undefined || Number.isNaN(expected)
      ? Object.is(found, expected)
      : Math.abs(found - expected) <= 1e-9 * Math.max(1, Math.abs(expected));
  assert.ok(near, `${told}: ${found}, not ${expected}`);
}

const figures: readonly [string, Figure, Parameters<typeof rowsOf>[0]][] = [
  ["AUC", auc, "binary"],
  ["average precision", averagePrecision, "binary"],
  ["log loss", logLoss, "binary"],
  ["the Brier score", meanSquaredError, "binary"],
  ["log loss of classes", multiclassLogLoss, "classes"],
  ["accuracy", accuracy, "classes"],
  ["RMSE", rootMeanSquaredError, "value"],
  ["MAE", meanAbsoluteError, "value"],
  ["R²", rSquared, "value"],
];

for (const [name, figure, kind] of figures)
  test(`${name} of weighted rows equals that of rows repeated by their weights`, () => {
    fc.assert(
      fc.property(rowsOf(kind), (rows) => {
        const twin = repeated(rows);
        fc.pre(twin.truth.length > 0);
        assertNear(figure(rows.truth, rows.predicted, rows.weight), figure(twin.truth, twin.predicted), name);
      }),
      runs,
    );
  });

test("a weighted bootstrap equals the naive one that repeats the rows of each resample", () => {
  fc.assert(
    fc.property(rowsOf("binary"), fc.nat(), (rows, draw) => {
      const random = smallRandom(draw);
      const naive = (): number => {
        const drawn = Array.from(rows.truth, () => Math.floor(random() * rows.truth.length));
        const twin = repeated(rows, drawn);
        return logLoss(twin.truth, twin.predicted);
      };
      const found = Array.from({ length: 200 }, naive)
        .filter((value) => !Number.isNaN(value))
        .sort((a, b) => a - b);
      fc.pre(found.length > 0);
      const { low, high } = withInterval(logLoss, rows.truth, rows.predicted, draw, rows.weight);
      const last = found.length - 1;
      assertNear(low, found[Math.min(last, Math.floor(0.025 * found.length))], "low");
      assertNear(high, found[Math.min(last, Math.floor(0.975 * found.length))], "high");
    }),
    { ...runs, numRuns: 15 },
  );
});

test("calibration bins of weighted rows equal those of repeated rows whose copies stay together", () => {
  fc.assert(
    fc.property(rowsOf("binary"), (rows) => {
      const total = rows.weight.reduce((sum, own) => sum + own, 0);
      fc.pre(total > 0);
      const count = Math.min(10, rows.truth.length);
      const bins = Array.from({ length: count }, (): number[] => []);
      const order = [...rows.truth.keys()].sort((a, b) => (rows.predicted[a] as number) - (rows.predicted[b] as number));
      let copies = 0;
      for (const row of order) {
        copies += rows.weight[row] as number;
        const bin = bins.findIndex((_, index) => copies * count <= (index + 1) * total);
        for (let copy = 0; copy < (rows.weight[row] as number); copy++) bins[bin]?.push(row);
      }
      const expected = bins.filter((bin) => bin.length > 0);
      const found = calibration(rows.truth, rows.predicted, rows.weight);
      const mean = (bin: readonly number[], values: Float64Array): number =>
        bin.reduce((sum, row) => sum + (values[row] as number), 0) / bin.length;
      assert.equal(found.length, expected.length);
      for (const [index, bin] of expected.entries()) {
        assertNear(found[index]?.predicted, mean(bin, rows.predicted), "predicted");
        assertNear(found[index]?.observed, mean(bin, rows.truth), "observed");
        assert.equal(found[index]?.rows, new Set(bin).size);
      }
    }),
    runs,
  );
});

test("figures and intervals stay when all weights are doubled, and when rows of weight 0 are added", () => {
  const rows = 300;
  const truth = Float64Array.from({ length: rows }, (_, row) => Number((row * 7919) % 10 < 3));
  const predicted = Float64Array.from({ length: rows }, (_, row) => (((row * 104_729) % 1000) / 500 + (truth[row] as number)) / 3);
  const weight = Float64Array.from({ length: rows }, (_, row) => 0.25 + (row % 5));
  const constant = new Float64Array(rows).fill(0.3);
  const own = measure("binary", "folds", 1, { truth, predicted, constant, weight }, seed);
  const doubled = weight.map((value) => value * 2);
  assert.deepEqual(measure("binary", "folds", 1, { truth, predicted, constant, weight: doubled }, seed), own);
  const padded = { truth: [...truth, 1, 0], predicted: [...predicted, 0.01, 0.99], weight: [...weight, 0, 0] };
  const asked = {
    truth: Float64Array.from(padded.truth),
    predicted: Float64Array.from(padded.predicted),
    constant: new Float64Array(rows + 2).fill(0.3),
    weight: Float64Array.from(padded.weight),
  };
  assert.deepEqual(measure("binary", "folds", 1, asked, seed), own);
  assert.deepEqual(
    measure("binary", "folds", 1, { truth, predicted, constant, weight: new Float64Array(rows).fill(1) }, seed),
    measure("binary", "folds", 1, { truth, predicted, constant }, seed),
  );
});

/** The table with a column of weights, 0 for the first half where asked. */
function weighed(table: TableContent, weightOf: (row: number) => number): TableContent {
  const values = Float64Array.from({ length: table.rowCount }, (_, row) => weightOf(row));
  return { ...table, columns: [...table.columns, { name: "exposure", kind: "numeric", values }] };
}

test("a training measures by the weights, in folds and on a validation table of its own", async () => {
  const [table, other] = [intrusions(400, 1), intrusions(200, 2)];
  const choice = { target: "attack", weight: "exposure", folds: 2, parameters: { rounds: 6, leaves: 6 } };
  const folded = await trainModel(
    weighed(table, (row) => Number(row % 4 !== 0)),
    choice,
  );
  assert.equal(folded.evaluation.rows, 300);
  const even = weighed(table, () => 1);
  const half = await trainModel(even, choice, { validation: weighed(other, (row) => Number(row < 100)) });
  const firstHundred = { rowCount: 100, columns: other.columns.map((column) => ({ ...column, values: column.values.slice(0, 100) })) };
  const expected = await trainModel(even, choice, { validation: weighed(firstHundred, () => 1) });
  assert.equal(half.evaluation.rows, 100);
  assert.deepEqual(half.evaluation, expected.evaluation);
});

test("a validation table without the weight column is refused, naming it", async () => {
  const choice = { target: "attack", weight: "exposure", parameters: { rounds: 2, leaves: 4 } };
  await assert.rejects(
    trainModel(
      weighed(intrusions(200, 1), () => 1),
      choice,
      { validation: intrusions(100, 2) },
    ),
    (error: MegalithError) => {
      assert.equal(error.code, "training.columns_unknown");
      assert.deepEqual(
        error.problems.map(({ path, message }) => [path, message.includes("exposure")]),
        [["/valid", true]],
      );
      return true;
    },
  );
});
