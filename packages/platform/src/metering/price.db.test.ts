/** What is charged and what the price says, tiers over the reset of a day, and days and months of a plan's zone. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import fc from "fast-check";
import { runCount } from "../../../../test/counts.ts";
import { type OpenTestDatabase, openTestDatabase } from "../foundation/database.fixture.ts";
import { inTransaction } from "../foundation/index.ts";
import { closeMonth } from "./account.ts";
import { Meter } from "./meter.ts";
import { makeCall, makePrice, makeWorld, type World } from "./metering.fixture.ts";
import { type Price, priceFact } from "./price.ts";

const seed = 20_261_125;
const runs = runCount(60, 3_000, "tariffs priced twice");

let database: OpenTestDatabase;
let world: World;
let meter: Meter;

before(async () => {
  database = await openTestDatabase();
  world = await makeWorld(database.pool);
  meter = new Meter({ pool: database.pool });
});

after(() => database.stop());

const nanos = (max: bigint) => fc.bigInt({ min: 0n, max });
const share = fc
  .record({
    hundredthsOfBasisPoint: fc.integer({ min: 0, max: 1_000_000 }),
    floorNanos: nanos(10n ** 10n),
    extra: fc.option(nanos(10n ** 12n)),
  })
  .map(({ extra, ...terms }) => ({ ...terms, capNanos: extra === null ? null : terms.floorNanos + extra }));
const tiers = fc
  .record({
    prices: fc.array(nanos(10n ** 12n), { minLength: 1, maxLength: 5 }),
    steps: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 5, maxLength: 5 }),
  })
  .map(({ prices, steps }) => {
    let from = 1;
    return prices.map((priceNanos, index) => {
      const tier = { from, priceNanos };
      from += steps[index] as number;
      return tier;
    });
  });
const terms = fc.record({
  tiers,
  share: fc.option(share),
  reasonsSurchargeNanos: nanos(10n ** 9n),
  includedUnits: fc.integer({ min: 0, max: 12 }),
});

test("every fact is charged by its place in the day, whatever batch it came in, to the nano", async () => {
  const facts = fc.array(fc.record({ value: fc.option(nanos(10n ** 24n)), reasons: fc.boolean() }), { minLength: 1, maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(terms, facts, async (given, records) => {
      const price = await makePrice(database.pool, world, given);
      const customerId = randomUUID();
      const calls = records.map(({ value, reasons }) => makeCall(world, { customerId, price, values: [value], withReasons: reasons }));
      const outcomes = await Promise.all(calls.map((call) => meter.record(call)));
      outcomes.forEach((outcome, index) => {
        assert.equal(outcome.kind, "recorded");
        if (outcome.kind !== "recorded") return;
        const ordinal = outcome.dayOrdinals[0] as number;
        const record = records[index] as (typeof records)[number];
        const expected = priceFact(price, {
          dayOrdinal: ordinal,
          monthOrdinal: ordinal,
          valueNanos: record.value,
          withReasons: record.reasons,
        });
        assert.equal(outcome.prices[0], expected);
      });
    }),
    { seed, numRuns: runs },
  );
});

const two = [
  { from: 1, priceNanos: 10n },
  { from: 3, priceNanos: 1n },
];

async function pricesOf(price: Price, customerId: string, times: readonly string[]): Promise<bigint[]> {
  const prices: bigint[] = [];
  for (const at of times) {
    const outcome = await meter.record(makeCall(world, { customerId, price, at }));
    if (outcome.kind === "recorded") prices.push(outcome.prices[0] as bigint);
  }
  return prices;
}

test("tiers begin anew each day, within one call too", async () => {
  const price = await makePrice(database.pool, world, { tiers: two });
  const times = ["2026-03-15T23:59:57Z", "2026-03-15T23:59:58Z", "2026-03-15T23:59:59Z", "2026-03-16T00:00:00Z"];
  assert.deepEqual(await pricesOf(price, randomUUID(), times), [10n, 10n, 1n, 10n]);
  const outcome = await meter.record(makeCall(world, { customerId: randomUUID(), price, values: [null, null, null] }));
  assert.deepEqual(outcome.kind === "recorded" && outcome.prices, [10n, 10n, 1n]);
});

test("a day that is 23 hours long ends after 23 hours, one of 25 after 25", async () => {
  const price = await makePrice(database.pool, world, { tiers: two, timeZone: "Europe/Berlin" });
  // 29 March 2026 lasts from 23:00 UTC to 22:00 UTC, 25 October 2026 from 22:00 to 23:00.
  const spring = ["2026-03-28T23:00:00Z", "2026-03-29T21:59:58Z", "2026-03-29T21:59:59Z", "2026-03-29T22:00:00Z"];
  assert.deepEqual(await pricesOf(price, randomUUID(), spring), [10n, 10n, 1n, 10n]);
  const autumn = ["2026-10-24T22:00:00Z", "2026-10-25T22:30:00Z", "2026-10-25T22:59:59Z", "2026-10-25T23:00:00Z"];
  assert.deepEqual(await pricesOf(price, randomUUID(), autumn), [10n, 10n, 1n, 10n]);
});

test("months begin where the plan's zone says, and included units begin anew with them", async () => {
  const price = await makePrice(database.pool, world, {
    timeZone: "Asia/Shanghai",
    includedUnits: 1,
    tiers: [{ from: 1, priceNanos: 7n }],
  });
  const customerId = randomUUID();
  const times = ["2026-03-31T15:59:58Z", "2026-03-31T15:59:59Z", "2026-03-31T16:00:00Z", "2026-03-31T16:00:01Z"];
  assert.deepEqual(await pricesOf(price, customerId, times), [0n, 7n, 0n, 7n]);
  const found = await database.pool.query(
    "select billing_month, count(*)::int as count from usage where customer_id = $1 group by 1 order by 1",
    [customerId],
  );
  assert.deepEqual(found.rows, [
    { billing_month: "2026-03-01", count: 2 },
    { billing_month: "2026-04-01", count: 2 },
  ]);
});

test("usage that is late for a closed month counts for the next one", async () => {
  const price = await makePrice(database.pool, world);
  const customerId = randomUUID();
  await inTransaction(database.pool, (client) => closeMonth(client, world.organisation, customerId, "2026-04-01"));
  await meter.record(makeCall(world, { customerId, price, at: "2026-03-31T23:59:59Z" }));
  const found = await database.pool.query("select billing_day from usage where customer_id = $1", [customerId]);
  assert.deepEqual(found.rows, [{ billing_day: "2026-04-01" }]);
});

test("a value halfway between two nanos goes to the even one", async () => {
  const halfway = { hundredthsOfBasisPoint: 500_000, floorNanos: 0n, capNanos: null };
  const price = await makePrice(database.pool, world, { tiers: [{ from: 1, priceNanos: 0n }], share: halfway });
  const outcome = await meter.record(makeCall(world, { customerId: randomUUID(), price, values: [1n, 3n, 5n, null] }));
  assert.deepEqual(outcome.kind === "recorded" && outcome.prices, [0n, 2n, 2n, 0n]);
});
