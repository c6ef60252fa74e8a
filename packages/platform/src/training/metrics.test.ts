import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { runCount } from "../../../../test/counts.ts";
import { auc, averagePrecision, calibration, logLoss, meanSquaredError, rSquared, withInterval } from "./metrics.ts";

const runs = { numRuns: runCount(60, 2_000), seed: 42 };
const scored = fc.array(fc.record({ truth: fc.boolean(), score: fc.integer({ min: 0, max: 6 }) }), { minLength: 2, maxLength: 40 });

function columns(rows: readonly { truth: boolean; score: number }[]): [Float64Array, Float64Array] {
  return [Float64Array.from(rows, ({ truth }) => Number(truth)), Float64Array.from(rows, ({ score }) => score / 6)];
}

test("AUC equals the share of pairs in order, ties counting half", () => {
  fc.assert(
    fc.property(scored, (rows) => {
      const good = rows.filter(({ truth }) => truth);
      const bad = rows.filter(({ truth }) => !truth);
      const value = auc(...columns(rows));
      if (good.length === 0 || bad.length === 0) return assert.ok(Number.isNaN(value));
      let wins = 0;
      for (const { score } of good) for (const other of bad) wins += score > other.score ? 1 : score === other.score ? 0.5 : 0;
      assert.ok(Math.abs(value - wins / (good.length * bad.length)) < 1e-12);
    }),
    runs,
  );
});

test("average precision equals its sum over distinct thresholds", () => {
  fc.assert(
    fc.property(scored, (rows) => {
      const positives = rows.filter(({ truth }) => truth).length;
      fc.pre(positives > 0);
      let expected = 0;
      for (const threshold of new Set(rows.map(({ score }) => score))) {
        const shown = rows.filter(({ score }) => score >= threshold);
        const found = shown.filter(({ truth }) => truth).length;
        const added = rows.filter(({ score, truth }) => score === threshold && truth).length;
        expected += (added / positives) * (found / shown.length);
      }
      assert.ok(Math.abs(averagePrecision(...columns(rows)) - expected) < 1e-12);
    }),
    runs,
  );
});

test("known figures come out", () => {
  const truth = Float64Array.of(1, 0, 1, 0);
  const chance = Float64Array.of(0.8, 0.4, 0.6, 0.2);
  assert.equal(auc(truth, chance), 1);
  assert.ok(Math.abs(logLoss(truth, chance) - -(Math.log(0.8) + Math.log(0.6) + Math.log(0.6) + Math.log(0.8)) / 4) < 1e-12);
  assert.ok(Math.abs(meanSquaredError(truth, chance) - 0.1) < 1e-12);
  assert.equal(rSquared(Float64Array.of(1, 2, 3), Float64Array.of(1, 2, 3)), 1);
  assert.equal(rSquared(Float64Array.of(1, 2, 3), Float64Array.of(2, 2, 2)), 0);
});

test("a certain and wrong probability costs much but stays finite", () => {
  assert.ok(Number.isFinite(logLoss(Float64Array.of(1, 0), Float64Array.of(0, 1))));
});

test("the interval holds the figure, is the same for the same seed, and narrows with rows", () => {
  const draw = (rows: number): [Float64Array, Float64Array] => [
    Float64Array.from({ length: rows }, (_, row) => Number((row * 7919) % 10 < 3)),
    Float64Array.from({ length: rows }, (_, row) => (((row * 104_729) % 1000) / 500 + Number((row * 7919) % 10 < 3)) / 3),
  ];
  const small = withInterval(auc, ...draw(200), 9);
  const large = withInterval(auc, ...draw(4000), 9);
  assert.deepEqual(small, withInterval(auc, ...draw(200), 9));
  for (const { value, low, high } of [small, large]) assert.ok((low as number) <= value && value <= (high as number));
  assert.ok((large.high as number) - (large.low as number) < (small.high as number) - (small.low as number));
});

test("calibration bins hold every row once and rise in probability", () => {
  const rows = 997;
  const predicted = Float64Array.from({ length: rows }, (_, row) => ((row * 7919) % rows) / rows);
  const bins = calibration(
    predicted.map((value) => Number(value > 0.5)),
    predicted,
  );
  assert.equal(bins.length, 10);
  assert.equal(
    bins.reduce((sum, bin) => sum + bin.rows, 0),
    rows,
  );
  for (let index = 1; index < bins.length; index++) assert.ok((bins[index]?.predicted ?? 0) > (bins[index - 1]?.predicted ?? 0));
});
