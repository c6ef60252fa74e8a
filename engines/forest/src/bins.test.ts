import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { runCount, seed } from "../../../test/counts.ts";
import { type BinnedFeature, binTable } from "./bins.ts";
import type { FeatureColumn } from "./data.ts";
import { ForestError } from "./error.ts";

const numRuns = runCount(300, 20_000);

function numeric(values: readonly number[]): FeatureColumn {
  return { name: "x", kind: "numeric", values: Float64Array.from(values) };
}

function binned(column: FeatureColumn, bins: number): BinnedFeature {
  return binTable([column], bins).features[0] as BinnedFeature;
}

const anyNumber = fc.oneof(fc.double(), fc.integer({ min: -5, max: 5 }), fc.constantFrom(Number.MAX_VALUE, -Number.MAX_VALUE, 5e-324, -0));

/** Of one size, as columns are, with what may stand among them. */
const evenNumber = fc.oneof(
  { weight: 9, arbitrary: fc.double({ min: -3, max: 3 }) },
  fc.constantFrom(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e9, 3.0000000000000004),
);
const anyColumn = fc.oneof(fc.array(anyNumber, { minLength: 1, maxLength: 200 }), fc.array(evenNumber, { minLength: 1, maxLength: 200 }));

test("a value is at most a threshold exactly when its bin is at most the threshold's", () => {
  fc.assert(
    fc.property(anyColumn, fc.integer({ min: 2, max: 60 }), (values, bins) => {
      const feature = binned(numeric(values), bins);
      assert.ok(feature.valueBins <= bins);
      values.forEach((value, row) => {
        if (Number.isNaN(value)) assert.equal(feature.bins[row], feature.valueBins);
        else
          feature.thresholds.forEach((threshold, bin) => {
            assert.equal(value <= threshold, (feature.bins[row] as number) <= bin);
          });
      });
      for (let bin = 0; bin < feature.valueBins; bin++) assert.ok(feature.bins.includes(bin), "no bin is empty");
    }),
    { seed, numRuns },
  );
});

test("few distinct values get a bin each, cut half way", () => {
  const feature = binned(numeric([3, 1, 1, Number.NaN, 7]), 255);
  assert.deepEqual([...feature.thresholds], [2, 5]);
  assert.deepEqual([...feature.bins], [1, 0, 0, 3, 2]);
});

test("a frequent value keeps a bin of its own, and the rest is cut into about equal counts", () => {
  const values = [...Array.from({ length: 1000 }, () => 0), ...Array.from({ length: 1000 }, (_, index) => index + 1)];
  const feature = binned(numeric(values), 11);
  const counts = new Map<number, number>();
  for (const bin of feature.bins) counts.set(bin, (counts.get(bin) ?? 0) + 1);
  assert.equal(counts.get(0), 1000);
  for (const [bin, count] of counts) if (bin > 0) assert.ok(count >= 80 && count <= 120, `bin ${bin} holds ${count}`);
});

test("a column longer than the sample is cut evenly, and every value is binned", () => {
  const feature = binned(numeric(Array.from({ length: 250_000 }, (_, index) => (index * 7919) % 250_000)), 10);
  const counts = new Array(10).fill(0);
  for (const bin of feature.bins) counts[bin]++;
  for (const count of counts) assert.ok(count > 24_000 && count < 26_000);
});

test("the most frequent categories get bins, the rest counts as missing", () => {
  const column: FeatureColumn = {
    name: "c",
    kind: "category",
    categories: ["a", "b", "c", "d"],
    values: Float64Array.of(2, 2, 2, 1, 1, 0, Number.NaN),
  };
  const feature = binned(column, 2);
  assert.deepEqual([...feature.categoryOfBin], [2, 1]);
  assert.deepEqual([...feature.bins], [0, 0, 0, 1, 1, 2, 2]);
});

test("a constant column has one bin, an empty one none", () => {
  assert.equal(binned(numeric([4, 4, 4]), 255).valueBins, 1);
  assert.equal(binned(numeric([Number.NaN, Number.NaN]), 255).valueBins, 0);
});

test("every problem of the columns is told at once", () => {
  const broken: FeatureColumn[] = [
    { name: "a", kind: "numeric", values: new Float64Array(2) },
    { name: "a", kind: "category", values: new Float64Array(3) },
    { name: "c", kind: "category", categories: ["x"], values: Float64Array.of(0, 1) },
  ];
  assert.throws(
    () => binTable(broken, 255),
    (error) => error instanceof ForestError && error.code === "forest.data_invalid" && error.problems.length === 4,
  );
  assert.throws(() => binTable([], 255), ForestError);
});
