/** The rules of plans: what is refused, which version is in force, tiers as the meter takes them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Actor, MegalithError } from "@megalith/contract";
import { nextMonth, overEverywhere } from "./month.ts";
import { checkPlan, type Plan, type Prices, readPrices, showPrices, toPrice, unknownZone, versionAt } from "./plan.ts";

const prices: Prices = {
  tiers: [
    { upTo: 1000, priceNanos: 2_000_000n },
    { upTo: null, priceNanos: 1_000_000n },
  ],
  valueShare: { hundredthsOfBasisPoint: 50, floorNanos: 1n, capNanos: null },
  reasonsSurchargeNanos: 3n,
  monthlyFeeNanos: 4n,
  includedUnits: 5,
};
const actor: Actor = { kind: "admin", id: null, name: "admin" };

function plan(...validFrom: string[]): Plan {
  const versions = validFrom.map((from, index) => {
    return {
      id: `v${index + 1}`,
      planId: "p",
      number: index + 1,
      validFrom: new Date(from),
      prices,
      createdAt: new Date(0),
      createdBy: actor,
    };
  });
  const made = { createdAt: new Date(0), createdBy: actor };
  return { id: "p", organisation: "o", name: "p", title: "P", currency: "EUR", timeZone: "UTC", ...made, versions: versions.reverse() };
}

test("a version is in force from its time until the next one's", () => {
  const two = plan("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z");
  const at = (time: string) => versionAt(two, new Date(time)).id;
  assert.equal(at("2026-01-31T23:59:59.999Z"), "v1");
  assert.equal(at("2026-02-01T00:00:00Z"), "v2");
  assert.equal(at("2025-12-31T00:00:00Z"), "v1");
});

test("every problem of a plan is named at once, with its path", () => {
  const wrong: Prices = {
    ...prices,
    tiers: [
      { upTo: null, priceNanos: 1n },
      { upTo: 10, priceNanos: -1n },
      { upTo: 10, priceNanos: 1n },
    ],
    valueShare: { hundredthsOfBasisPoint: 1, floorNanos: 5n, capNanos: 4n },
  };
  assert.throws(
    () => checkPlan({ currency: "XXX", timeZone: "+08:00" }, wrong),
    (error: unknown) => {
      assert.ok(error instanceof MegalithError && error.code === "billing.plan_invalid");
      assert.deepEqual(
        error.problems.map(({ path }) => path),
        [
          "/currency",
          "/timeZone",
          "/prices/tiers/0/upTo",
          "/prices/tiers/1/priceNanos",
          "/prices/tiers/2/upTo",
          "/prices/tiers/2/upTo",
          "/prices/valueShare/capNanos",
        ],
      );
      return true;
    },
  );
});

test("prices stay the same through their stored form", () => {
  assert.deepEqual(readPrices(JSON.parse(JSON.stringify(showPrices(prices)))), prices);
});

test("the meter's tiers begin after the end of the one before", () => {
  const given = plan("2026-01-01T00:00:00Z");
  assert.deepEqual(
    toPrice(given, versionAt(given, new Date())).tiers.map(({ from }) => from),
    [1, 1001],
  );
});

test("a month is over everywhere twelve hours after it is over in UTC", () => {
  assert.equal(nextMonth("2026-12"), "2027-01");
  assert.equal(overEverywhere("2026-02").toISOString(), "2026-03-01T12:00:00.000Z");
});

test("a city alone, or a zone that is misspelt, asks for the time zone that was meant", () => {
  assert.equal(unknownZone("Berlin").message, 'Berlin is no time zone. Did you mean "Europe/Berlin"?');
  assert.equal(unknownZone("Asia/Shangai").message, 'Asia/Shangai is no time zone. Did you mean "Asia/Shanghai"?');
  assert.equal(unknownZone("Nowhere").message, "Nowhere is no time zone.");
});
