/** The ledger read back: pages, filters, sums, and a customer's limits. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { type OpenTestDatabase, openTestDatabase } from "../foundation/database.fixture.ts";
import { systemRandom, uuidMaker } from "../foundation/index.ts";
import { MeterAccounts } from "./account.ts";
import { Ledger, type Usage, type UsageFilter, type UsagePlace } from "./ledger.ts";
import { Meter } from "./meter.ts";
import { makeCall, makePrice, makeWorld, type World } from "./metering.fixture.ts";

let database: OpenTestDatabase;
let world: World;
let ledger: Ledger;
const [one, two] = [randomUUID(), randomUUID()];

before(async () => {
  database = await openTestDatabase();
  world = await makeWorld(database.pool);
  ledger = new Ledger(database.pool);
  const meter = new Meter({ pool: database.pool });
  const price = await makePrice(database.pool, world, { tiers: [{ from: 1, priceNanos: 7n }] });
  for (const day of ["2026-02-27", "2026-02-28", "2026-03-01"])
    for (const customerId of [one, two])
      await meter.record(makeCall(world, { customerId, price, at: `${day}T10:00:00Z`, values: [1n, null, 3n] }));
});

after(() => database.stop());

function filter(part: Partial<UsageFilter> = {}): UsageFilter {
  return {
    organisation: world.organisation,
    customerId: null,
    serviceId: null,
    serviceIds: null,
    from: "2026-02-01",
    to: "2026-03-31",
    ...part,
  };
}

test("pages of the ledger hold every row once, newest first", async () => {
  const seen: string[] = [];
  const days: string[] = [];
  let after: UsagePlace | null = null;
  for (;;) {
    const page: Usage[] = await ledger.list(filter(), { after, limit: 4 });
    if (page.length === 0) break;
    seen.push(...page.map(({ id }) => id));
    days.push(...page.map(({ day }) => day));
    after = page.at(-1) ?? null;
  }
  assert.equal(new Set(seen).size, 18);
  assert.equal(seen.length, 18);
  assert.deepEqual(days, [...days].sort().reverse());
});

test("a filter shows a customer's own rows, of the days and services that it names", async () => {
  const own = await ledger.list(filter({ customerId: one, from: "2026-02-28", to: "2026-02-28" }), { after: null, limit: 100 });
  assert.equal(own.length, 3);
  assert.ok(own.every((row) => row.customerId === one && row.day === "2026-02-28" && row.amountNanos === 7n && row.currency === "EUR"));
  assert.deepEqual(await ledger.list(filter({ serviceIds: [] }), { after: null, limit: 100 }), []);
  assert.deepEqual(await ledger.list(filter({ serviceId: randomUUID() }), { after: null, limit: 100 }), []);
  assert.deepEqual(await ledger.list({ ...filter(), organisation: randomUUID() }, { after: null, limit: 100 }), []);
});

test("sums count what the rows hold", async () => {
  const sums = await ledger.sums(filter({ customerId: two }));
  assert.deepEqual(
    sums.map(({ day, count, amountNanos, currency }) => [day, count, amountNanos, currency]),
    ["2026-02-27", "2026-02-28", "2026-03-01"].map((day) => [day, 3, 21n, "EUR"]),
  );
});

test("a customer that was never metered has no limits, and a limit that is set is read back", async () => {
  const clock = { now: () => new Date("2026-03-15T00:00:00Z") };
  const accounts = new MeterAccounts({ pool: database.pool, clock, newUuid: uuidMaker(clock, systemRandom) });
  const caller = { organisation: world.organisation, actor: { kind: "admin", id: null, name: "admin" } } as const;
  const customerId = randomUUID();
  const none = { customerId, monthlyQuota: null, callsPerSecond: null, balance: null, usedThisMonth: 0 };
  assert.deepEqual(await accounts.read(world.organisation, customerId), none);
  const limits = { monthlyQuota: 10, callsPerSecond: 3 };
  assert.deepEqual(await accounts.setLimits(caller, customerId, limits), { ...none, ...limits });
  assert.equal((await accounts.read(world.organisation, one)).usedThisMonth, 3);
});
