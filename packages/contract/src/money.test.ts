import assert from "node:assert/strict";
import { test } from "node:test";
import { amountOfNumber, parseAmount } from "./money.ts";

test("a number's amount is its shortest decimal: exponents written out, beyond a nano rounded half to even", () => {
  const nanos: readonly (readonly [number, bigint])[] = [
    [0, 0n],
    [-0, 0n],
    [12.5, 12_500_000_000n],
    [0.1 + 0.2, 300_000_000n],
    [1e-7, 100n],
    [1.5e-9, 2n],
    [2.5e-9, 2n],
    [5e-10, 0n],
    [5e-324, 0n],
    [1234567.123456789, 1_234_567_123_456_789n],
    [1e21, 10n ** 30n],
    [9.99e23, 999n * 10n ** 30n],
  ];
  for (const [value, amount] of nanos) assert.equal(amountOfNumber(value), amount, String(value));
});

test("an amount below zero, from 10^24 and of no finite number is none", () => {
  for (const value of [-1, -1e-9, 1e24, Number.MAX_VALUE, Number.POSITIVE_INFINITY, Number.NaN])
    assert.equal(amountOfNumber(value), undefined, String(value));
});

test("a number that was written with nine digits or fewer is the amount that its text is", () => {
  for (let count = 0, seed = 1; count < 10_000; count++) {
    seed = (seed * 48_271) % 2_147_483_647;
    const text = `${seed % 100_000}.${String(seed)
      .padStart(9, "0")
      .slice(-(1 + (seed % 9)))}`;
    assert.equal(amountOfNumber(Number(text)), parseAmount(text), text);
  }
});
