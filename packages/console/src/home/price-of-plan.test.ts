import assert from "node:assert/strict";
import { test } from "node:test";
import { type PlanShape, translate, wordMoney } from "@megalith/contract";
import { priceOfPlan } from "./price-of-plan.ts";

type Prices = PlanShape["versions"][number]["prices"];

const words = {
  say: (...[key, values]: [Parameters<typeof translate>[1], Parameters<typeof translate>[2]?]) => translate("en", key, values),
  number: (value: number) => String(value),
  money: (nanos: bigint | string, currency: string) => wordMoney(String(nanos), currency),
};

function priceOf(units: readonly string[], more: Partial<Prices> = {}): string | undefined {
  const tiers = units.map((priceNanos, index) => ({ upTo: index === units.length - 1 ? null : (index + 1) * 1000, priceNanos }));
  const prices: Prices = { tiers, valueShare: null, reasonsSurchargeNanos: "0", monthlyFeeNanos: "0", includedUnits: 0, ...more };
  const by = { id: null, kind: "admin", name: "admin key" } as const;
  const time = "2026-11-25T00:00:00.000Z";
  const version = { id: "plv_1", number: 1, validFrom: time, prices, createdAt: time, createdBy: by };
  const plan = {
    id: "pln_1",
    name: "p",
    title: "P",
    currency: "EUR",
    timeZone: "UTC",
    createdAt: time,
    createdBy: by,
    versions: [version],
  };
  return priceOfPlan(plan, words);
}

test("a plan's price names its lowest tier, its share of the value and its monthly fee, and is zero only when nothing is asked", () => {
  assert.equal(priceOf(["250000000"]), "0.25 EUR");
  assert.equal(priceOf(["20000000", "8000000"]), "from 0.008 EUR");
  assert.equal(priceOf(["0"], { monthlyFeeNanos: "490000000000" }), "490.00 EUR a month");
  const share = { hundredthsOfBasisPoint: 1500, floorNanos: "0", capNanos: null };
  assert.equal(priceOf(["0"], { valueShare: share }), "0.15% of the value");
  assert.equal(
    priceOf(["20000000"], { valueShare: share, monthlyFeeNanos: "1000000000" }),
    "0.02 EUR + 0.15% of the value + 1.00 EUR a month",
  );
  assert.equal(priceOf(["0"]), "0.00 EUR");
  assert.equal(priceOfPlan(undefined, words), undefined);
});
