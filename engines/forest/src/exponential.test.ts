import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { runCount, seed } from "../../../test/counts.ts";
import { exponential, logarithm, logistic } from "./exponential.ts";

const numRuns = runCount(2_000, 200_000);

test("exp agrees with the platform's to a few units in the last place", () => {
  fc.assert(
    fc.property(fc.double({ min: -700, max: 709, noNaN: true }), (x) => {
      assert.ok(Math.abs(exponential(x) - Math.exp(x)) <= 1e-15 * Math.exp(x), `${x}`);
    }),
    { seed, numRuns },
  );
});

test("log agrees with the platform's to a few units in the last place", () => {
  fc.assert(
    fc.property(fc.double({ min: 0, minExcluded: true, noNaN: true, noDefaultInfinity: true }), (x) => {
      assert.ok(Math.abs(logarithm(x) - Math.log(x)) <= 1e-15 * Math.max(1, Math.abs(Math.log(x))), `${x}`);
    }),
    { seed, numRuns },
  );
});

test("the ends of the number line have their limits", () => {
  assert.equal(exponential(0), 1);
  assert.equal(exponential(Number.NEGATIVE_INFINITY), 0);
  assert.equal(exponential(Number.POSITIVE_INFINITY), Number.POSITIVE_INFINITY);
  assert.ok(Number.isNaN(exponential(Number.NaN)));
  assert.equal(logarithm(1), 0);
  assert.equal(logarithm(0), Number.NEGATIVE_INFINITY);
  assert.ok(Number.isNaN(logarithm(-1)));
  assert.equal(logistic(0), 0.5);
  assert.equal(logistic(1e308), 1);
  assert.equal(logistic(-1e308), 0);
});

test("a probability has these very bits on every machine", () => {
  assert.equal(logistic(0.1), 0.52497918747894);
  assert.equal(logistic(-3.3), 0.035571189272636174);
});
