/** What the meter guarantees of keys, limits, batches and durability, on a real PostgreSQL. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { MegalithError } from "@megalith/contract";
import { type OpenTestDatabase, openTestDatabase } from "../foundation/database.fixture.ts";
import { type Caller, systemRandom, uuidMaker } from "../foundation/index.ts";
import { MeterAccounts } from "./account.ts";
import type { MeterOutcome, RecordedFact } from "./fact.ts";
import { Meter } from "./meter.ts";
import { countUsage, makeCall, makePrice, makeWorld, type World } from "./metering.fixture.ts";
import type { Price } from "./price.ts";

let database: OpenTestDatabase;
let world: World;
let price: Price;
let meter: Meter;
let accounts: MeterAccounts;
let caller: Caller;

before(async () => {
  database = await openTestDatabase();
  world = await makeWorld(database.pool);
  price = await makePrice(database.pool, world);
  meter = new Meter({ pool: database.pool });
  const clock = { now: () => new Date("2026-03-15T12:00:00Z") };
  accounts = new MeterAccounts({ pool: database.pool, clock, newUuid: uuidMaker(clock, systemRandom) });
  caller = { organisation: world.organisation, actor: { kind: "admin", id: null, name: "admin" } };
});

after(() => database.stop());

function kinds(outcomes: readonly MeterOutcome[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { kind } of outcomes) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

test("the database writes to disk before it says so", async () => {
  for (const setting of ["fsync", "full_page_writes", "synchronous_commit"]) {
    const found = await database.pool.query<Record<string, string>>(`show ${setting}`);
    assert.equal(found.rows[0]?.[setting], "on", setting);
  }
});

test("two equal keys that are asked at once make one row, and the second answer repeats the first", async () => {
  const customerId = randomUUID();
  const wish = { customerId, price, key: "k:same", values: [null, null] };
  const first = makeCall(world, wish);
  const outcomes = await Promise.all([meter.record(first), meter.record(makeCall(world, wish)), meter.record(makeCall(world, wish))]);
  assert.equal(await countUsage(database.pool, customerId), 2);
  const [recorded, ...repeated] = outcomes;
  assert.equal(recorded?.kind, "recorded");
  for (const outcome of repeated) {
    assert.equal(outcome.kind, "repeated");
    if (outcome.kind !== "repeated" || recorded?.kind !== "recorded") continue;
    assert.equal(outcome.remaining, recorded.remaining);
    const told: RecordedFact[] = first.facts.map(({ decisionId }, index) => {
      const [nanos = 0n, dayOrdinal = 0] = [recorded.prices[index], recorded.dayOrdinals[index]];
      return { decisionId, nanos, currency: recorded.currency, dayOrdinal };
    });
    assert.deepEqual(outcome.facts, told);
  }
});

test("a key that was used for something else is a conflict, and nothing is written", async () => {
  const customerId = randomUUID();
  await meter.record(makeCall(world, { customerId, price, key: "k:1", asked: "one" }));
  const outcome = await meter.record(makeCall(world, { customerId, price, key: "k:1", asked: "another" }));
  assert.deepEqual(outcome, { kind: "conflict", facts: [0] });
  assert.equal(await countUsage(database.pool, customerId), 1);
});

test("a fact with a key of its own is charged once, in whatever company it comes again", async () => {
  const customerId = randomUUID();
  await accounts.setLimits(caller, customerId, { monthlyQuota: 5, callsPerSecond: null });
  const ask = (...keys: string[]) => meter.record(makeCall(world, { customerId, price, keys, values: keys.map(() => null) }));
  const told = (outcome: MeterOutcome) => (outcome.kind === "repeated" ? outcome.facts.map(({ decisionId }) => decisionId) : outcome.kind);
  assert.equal((await ask("r:a", "r:b")).kind, "recorded");
  const both = await ask("r:a", "r:b");
  const mixed = await ask("r:c", "r:b", "r:d", "r:a");
  assert.deepEqual(told(both), [told(mixed)[3], told(mixed)[1]]);
  assert.equal(mixed.kind === "repeated" && mixed.remaining, 1);
  assert.deepEqual(await ask("r:c", "r:b", "r:d", "r:a"), mixed, "all of it again");
  assert.deepEqual(told(await ask("r:d")), [told(mixed)[2]]);
  assert.equal((await ask("r:e", "r:a", "r:f")).kind, "quota_exceeded", "what is left is accepted whole or not at all");
  assert.equal(await countUsage(database.pool, customerId), 4);
  const strange = makeCall(world, { customerId, price, keys: ["r:e", "r:b"], values: [null, null], asked: "another" });
  assert.deepEqual(await meter.record(strange), { kind: "conflict", facts: [1] });
  assert.equal(await countUsage(database.pool, customerId), 4);
});

test("lists that overlap, asked at once over several meters, leave one row a key", async () => {
  const customerId = randomUUID();
  const meters = [meter, new Meter({ pool: database.pool }), new Meter({ pool: database.pool, lanes: 2 })];
  const decisions = new Map<string, string>();
  const callers = Array.from({ length: 60 }, async (_, index) => {
    const keys = Array.from({ length: 5 }, (_, place) => `r:${(index * 7 + place * 3) % 40}`);
    const call = makeCall(world, { customerId, price, keys, values: keys.map(() => null) });
    const outcome = await (meters[index % 3] as Meter).record(call);
    assert.ok(outcome.kind === "recorded" || outcome.kind === "repeated", outcome.kind);
    keys.forEach((key, place) => {
      const id = (outcome.kind === "recorded" ? call.facts[place]?.decisionId : outcome.facts[place]?.decisionId) ?? "";
      assert.equal(decisions.get(key) ?? id, id, "every call that names a key is told of one decision");
      decisions.set(key, id);
    });
  });
  await Promise.all(callers);
  assert.equal(decisions.size, 40);
  const found = await database.pool.query<{ rows: bigint; last: bigint }>(
    "select count(*) as rows, max(day_ordinal) as last from usage where customer_id = $1",
    [customerId],
  );
  assert.deepEqual(found.rows[0], { rows: 40n, last: 40n });
});

test("another customer's equal key is another key", async () => {
  const [one, two] = [randomUUID(), randomUUID()];
  const outcomes = await Promise.all([one, two].map((customerId) => meter.record(makeCall(world, { customerId, price, key: "k:shared" }))));
  assert.deepEqual(kinds(outcomes), { recorded: 2 });
});

test("a customer over its quota does not harm those in the same batch, and a call is counted whole or not at all", async () => {
  const [poor, rich] = [randomUUID(), randomUUID()];
  await accounts.setLimits(caller, poor, { monthlyQuota: 3, callsPerSecond: null });
  const calls = [
    makeCall(world, { customerId: poor, price, values: [null, null] }),
    makeCall(world, { customerId: poor, price, values: [null, null] }),
    makeCall(world, { customerId: poor, price }),
    ...Array.from({ length: 5 }, () => makeCall(world, { customerId: rich, price })),
  ];
  const outcomes = await Promise.all(calls.map((call) => meter.record(call)));
  assert.deepEqual(kinds(outcomes), { recorded: 7, quota_exceeded: 1 });
  assert.deepEqual(outcomes[1], { kind: "quota_exceeded", quota: 3, remaining: 1 });
  assert.equal(outcomes[2]?.kind === "recorded" && outcomes[2].remaining, 0);
  assert.equal(await countUsage(database.pool, poor), 3);
  assert.equal(await countUsage(database.pool, rich), 5);
});

test("calls that arrive together are written by one statement, whoever they are from and whatever their plan", async () => {
  const customers = Array.from({ length: 8 }, () => randomUUID());
  const other = await makePrice(database.pool, world, { planId: price.planId, tiers: [{ from: 1, priceNanos: 5n }] });
  const third = await makePrice(database.pool, world);
  const prices = [price, other, third, null];
  const calls = customers.flatMap((customerId) => [...prices, ...prices].map((given) => makeCall(world, { customerId, price: given })));
  const outcomes = await Promise.all(calls.map((call) => meter.record(call)));
  assert.deepEqual(kinds(outcomes), { recorded: 64 });
  const found = await database.pool.query<{ transactions: bigint; rows: bigint; ordinals: bigint }>(
    `select count(distinct u.xmin::text) as transactions, count(*) as rows, count(distinct (u.customer_id, p.plan_id, u.day_ordinal)) as ordinals
     from usage u left join price p on p.id = u.plan_version_id where u.customer_id = any ($1::uuid[])`,
    [customers],
  );
  assert.deepEqual(found.rows[0], { transactions: 1n, rows: 64n, ordinals: 64n });
});

test("a malformed call fails alone: unknown price, text that cannot be stored, a decision that cannot be kept", async () => {
  const customerId = randomUUID();
  const good = () => makeCall(world, { customerId, price });
  const strange = makeCall(world, { customerId: randomUUID(), price: { ...price, id: randomUUID() } });
  const text = { reference: null, subject: null, input: "a\0b", output: "" };
  const decision = { versionId: randomUUID(), revisionId: randomUUID(), facts: [text] };
  const unkept = makeCall(world, { customerId: randomUUID(), price, decision });
  const nul = makeCall(world, { customerId: randomUUID(), price, key: "k:\0" });
  const huge = makeCall(world, { customerId: randomUUID(), price, values: [10n ** 40n] });
  const calls = [good(), strange, good(), unkept, nul, good(), huge, good()];
  const outcomes = await Promise.allSettled(calls.map((call) => meter.record(call)));
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ["fulfilled", "rejected", "fulfilled", "rejected", "rejected", "fulfilled", "rejected", "fulfilled"],
  );
  assert.equal(await countUsage(database.pool, customerId), 4);
});

test("64 callers that each send their keys three times leave as many rows as there are keys", async () => {
  const customerId = randomUUID();
  const meters = [meter, new Meter({ pool: database.pool }), new Meter({ pool: database.pool, lanes: 2 })];
  const keys = Array.from({ length: 192 }, (_, index) => `k:${index}`);
  const callers = Array.from({ length: 64 }, async (_, index) => {
    const seen: MeterOutcome[] = [];
    for (let round = 0; round < 9; round++) {
      const key = keys[(index * 3 + (round % 3)) % keys.length] as string;
      seen.push(await (meters[(index + round) % 3] as Meter).record(makeCall(world, { customerId, price, key })));
    }
    return seen;
  });
  const outcomes = (await Promise.all(callers)).flat();
  assert.deepEqual(kinds(outcomes), { recorded: keys.length, repeated: 64 * 9 - keys.length });
  const found = await database.pool.query<{ rows: bigint; ordinals: bigint; last: bigint }>(
    "select count(*) as rows, count(distinct day_ordinal) as ordinals, max(day_ordinal) as last from usage where customer_id = $1",
    [customerId],
  );
  assert.deepEqual(found.rows[0], { rows: 192n, ordinals: 192n, last: 192n });
});

test("a quota is never overrun by calls over two meters at once", async () => {
  const customerId = randomUUID();
  await accounts.setLimits(caller, customerId, { monthlyQuota: 50, callsPerSecond: null });
  const other = new Meter({ pool: database.pool });
  const calls = Array.from({ length: 120 }, (_, index) => (index % 2 === 0 ? meter : other).record(makeCall(world, { customerId, price })));
  assert.deepEqual(kinds(await Promise.all(calls)), { recorded: 50, quota_exceeded: 70 });
  assert.equal(await countUsage(database.pool, customerId), 50);
});

test("a new month brings a new quota", async () => {
  const customerId = randomUUID();
  await accounts.setLimits(caller, customerId, { monthlyQuota: 1, callsPerSecond: null });
  const at = (time: string) => meter.record(makeCall(world, { customerId, price, at: time }));
  assert.equal((await at("2026-03-31T23:59:59Z")).kind, "recorded");
  assert.equal((await at("2026-03-31T23:59:59Z")).kind, "quota_exceeded");
  assert.equal((await at("2026-04-01T00:00:00Z")).kind, "recorded");
});

test("a prepaid balance is never below zero, and what it paid is its loss to the nano", async () => {
  const customerId = randomUUID();
  await accounts.addCredit(caller, customerId, { nanos: 30_000_000n, currency: "EUR", reference: "first", note: "" });
  const again = await accounts.addCredit(caller, customerId, { nanos: 30_000_000n, currency: "EUR", reference: "first", note: "" });
  assert.deepEqual(again.balance, { nanos: 30_000_000n, currency: "EUR" });
  const other = new Meter({ pool: database.pool });
  const calls = Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? meter : other).record(makeCall(world, { customerId, price })));
  assert.deepEqual(kinds(await Promise.all(calls)), { recorded: 15, balance_exhausted: 25 });
  assert.deepEqual((await accounts.read(world.organisation, customerId)).balance, { nanos: 0n, currency: "EUR" });
  const free = await meter.record(makeCall(world, { customerId }));
  assert.equal(free.kind, "recorded", "what costs nothing needs no balance");
});

test("a balance is kept in one currency, and a credit's reference means one amount", async () => {
  const customerId = randomUUID();
  const credit = { nanos: 5n, currency: "EUR", reference: "r", note: "" };
  await accounts.addCredit(caller, customerId, credit);
  const coded = (code: string) => (error: unknown) => error instanceof MegalithError && error.code === code;
  await assert.rejects(
    accounts.addCredit(caller, customerId, { ...credit, currency: "USD", reference: "s" }),
    coded("metering.currency_differs"),
  );
  await assert.rejects(accounts.addCredit(caller, customerId, { ...credit, nanos: 6n }), coded("metering.credit_reused"));
  const dollars = await makePrice(database.pool, world, { currency: "USD" });
  assert.deepEqual(await meter.record(makeCall(world, { customerId, price: dollars })), { kind: "balance_exhausted" });
});

test("a rate lets one second's worth of calls through, then says when to come back", async () => {
  const customerId = randomUUID();
  await accounts.setLimits(caller, customerId, { monthlyQuota: null, callsPerSecond: 5 });
  const at = (time: string) => meter.record(makeCall(world, { customerId, price, at: time }));
  const burst = await Promise.all(Array.from({ length: 8 }, () => at("2026-03-15T12:00:00Z")));
  assert.deepEqual(kinds(burst), { recorded: 5, rate_limited: 3 });
  assert.deepEqual(burst.at(-1), { kind: "rate_limited", rate: 5, retryAfterSeconds: 1 });
  assert.equal((await at("2026-03-15T12:00:00.200Z")).kind, "recorded");
  assert.equal((await at("2026-03-15T12:00:00.200Z")).kind, "rate_limited");
});

test("the ledger's rows cannot be changed or removed", async () => {
  const customerId = randomUUID();
  await meter.record(makeCall(world, { customerId, price }));
  await assert.rejects(database.pool.query("update usage set amount_nanos = 0 where customer_id = $1", [customerId]));
  await assert.rejects(database.pool.query("delete from usage where customer_id = $1", [customerId]));
});
