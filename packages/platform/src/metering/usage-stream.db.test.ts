/** The ledger from a cursor: every row once, as of one moment, in the memory of a page, and nothing held for who stopped reading. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { type OpenTestDatabase, openTestDatabase } from "../foundation/database.fixture.ts";
import type { UsageFilter } from "./ledger.ts";
import { makeWorld, type World } from "./metering.fixture.ts";
import { streamUsage } from "./usage-stream.ts";

let database: OpenTestDatabase;
let world: World;
const rowCount = 9001;

before(async () => {
  database = await openTestDatabase();
  world = await makeWorld(database.pool);
  await add(rowCount, "first");
});
after(() => database.stop());

async function add(count: number, name: string): Promise<void> {
  await database.pool.query(
    `insert into usage (id, organisation, customer_id, service_id, fact_key, fact_index, request_digest, decision_id, event_time,
       recorded_at, billing_day, billing_month, day_ordinal, month_ordinal, with_reasons, amount_nanos, prepaid)
     select gen_random_uuid(), $1, $2, $3, $4 || number, 0, '', gen_random_uuid(), now(), timestamptz '2026-03-01' + number * interval '1 s',
       '2026-03-01', '2026-03-01', number, number, false, number, false from generate_series(1, $5::int) number`,
    [world.organisation, randomUUID(), world.serviceId, name, count],
  );
}

function filter(part: Partial<UsageFilter> = {}): UsageFilter {
  const whole = { customerId: null, serviceId: null, serviceIds: null, from: "2026-03-01", to: "2026-03-31" };
  return { organisation: world.organisation, ...whole, ...part };
}

async function openSnapshots(): Promise<number> {
  const found = await database.pool.query<{ count: number }>(
    "select count(*)::int as count from pg_stat_activity where datname = current_database() and state = 'idle in transaction'",
  );
  return found.rows[0]?.count as number;
}

test("every row comes once, newest first, and what is recorded meanwhile does not", async () => {
  const keys: string[] = [];
  for await (const page of streamUsage(database.pool, filter())) {
    if (keys.length === 0) await add(100, "late");
    keys.push(...page.map(({ factKey }) => factKey));
  }
  assert.equal(keys.length, rowCount);
  assert.equal(new Set(keys).size, rowCount);
  assert.deepEqual([keys[0], keys.at(-1)], [`first${rowCount}`, "first1"]);
});

test("who reads one page has cost one page, and leaves nothing open by stopping", async () => {
  for await (const page of streamUsage(database.pool, filter())) {
    assert.ok(page.length <= 2000, String(page.length));
    assert.equal(await openSnapshots(), 1);
    break;
  }
  assert.equal(await openSnapshots(), 0);
});

test("who stops reading and stays loses the connection, and is told with the next page", async () => {
  const rows = streamUsage(database.pool, filter(), 100);
  await rows.next();
  for (let patience = 0; patience < 200 && (await openSnapshots()) > 0; patience++) await setTimeout(50);
  assert.equal(await openSnapshots(), 0);
  await assert.rejects(rows.next());
  const found = await database.pool.query("select 1 as one");
  assert.equal(found.rows[0]?.one, 1);
});

test("another organisation's rows, and those of services that the caller may not see, do not come", async () => {
  for (const part of [{ organisation: randomUUID() }, { serviceIds: [randomUUID()] }, { customerId: randomUUID() }])
    for await (const page of streamUsage(database.pool, filter(part))) assert.deepEqual(page, []);
});
