import assert from "node:assert/strict";
import { test } from "node:test";
import type { UsageSumShape } from "@megalith/contract";
import { sumBy, sumOf, wordSum } from "./usage-sums.ts";

const row = (day: string, count: number, amountNanos: string, currency: string | null): UsageSumShape => ({
  customer: "cus_a",
  service: "svc_a",
  day,
  currency,
  count,
  amountNanos,
});
const rows = [
  row("2026-11-01", 2, "1005000000", "EUR"),
  row("2026-11-01", 1, "500", "JPY"),
  row("2026-11-02", 4, "2000000", "EUR"),
  row("2026-11-02", 8, "0", null),
];
const money = (nanos: bigint | string, currency: string) => `${nanos} ${currency}`;

test("counts are summed over all, amounts never over two currencies, what was free has none", () => {
  const days = sumBy(rows, ({ day }) => day);
  assert.deepEqual(days.get("2026-11-01"), {
    count: 3,
    amounts: new Map([
      ["EUR", 1_005_000_000n],
      ["JPY", 500n],
    ]),
  });
  assert.deepEqual(days.get("2026-11-02"), { count: 12, amounts: new Map([["EUR", 2_000_000n]]) });
  assert.equal(sumOf(rows).count, 15);
  assert.deepEqual(sumOf([]), { count: 0, amounts: new Map() });
});

test("a sum is worded as its currency prints it, half to even", () => {
  assert.equal(wordSum(sumOf(rows), { money }), "1010000000 EUR · 0 JPY");
  assert.equal(wordSum(sumOf([row("2026-11-01", 1, "1005000000", "EUR")]), { money }), "1000000000 EUR");
  assert.equal(wordSum(sumOf([]), { money }), "–");
});
