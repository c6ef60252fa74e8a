import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { startAccounts, type TestAccounts } from "./accounts.fixture.ts";
import { KeyUse } from "./key-use.ts";

let accounts: TestAccounts;

before(async () => {
  accounts = await startAccounts();
});
after(() => accounts.stop());

async function issue(customer: string) {
  const { id: customerId } = await accounts.customers.create(accounts.caller, customer);
  const { key, secret } = await accounts.keys.create(accounts.caller, customerId, { name: "k", scopes: ["read"] });
  const lastUse = async (): Promise<string | null> => {
    const listed = await accounts.keys.list(accounts.caller.organisation, customerId);
    return listed.find(({ id }) => id === key.id)?.lastUsedAt?.toISOString() ?? null;
  };
  return { customerId, key, secret, lastUse };
}

test("a key shows the minute of its last use, and none before its first", async () => {
  const { secret, lastUse } = await issue("used");
  await accounts.keys.writeUse();
  assert.equal(await lastUse(), null);
  await accounts.keys.authenticate(secret);
  accounts.advance(150_000);
  await accounts.keys.authenticate(secret);
  assert.equal(await lastUse(), null, "written in bulk, not by the call");
  await accounts.keys.writeUse();
  assert.equal(await lastUse(), "2026-03-01T10:02:00.000Z");
});

test("a use that was refused is none", async () => {
  const { customerId, key, secret, lastUse } = await issue("refused");
  await accounts.customers.change(accounts.caller, customerId, { status: "suspended" });
  await assert.rejects(async () => accounts.keys.authenticate(secret), { code: "accounts.customer_suspended" });
  await accounts.customers.change(accounts.caller, customerId, { status: "active" });
  await accounts.keys.revoke(accounts.caller, key.id);
  assert.equal(await accounts.keys.authenticate(secret), null);
  await accounts.keys.writeUse();
  assert.equal(await lastUse(), null);
});

test("however many calls, one statement writes all keys, and none when nothing was used", async () => {
  const issued = await Promise.all(Array.from({ length: 20 }, (_, index) => issue(`bulk-${index}`)));
  for (const { secret } of issued) for (let call = 0; call < 50; call++) await accounts.keys.authenticate(secret);
  const { pool } = accounts;
  const { query } = pool;
  let statements = 0;
  pool.query = ((...parameters: Parameters<typeof query>) => {
    statements++;
    return query.apply(pool, parameters);
  }) as typeof query;
  try {
    await accounts.keys.writeUse();
    await accounts.keys.writeUse();
  } finally {
    pool.query = query;
  }
  assert.equal(statements, 1);
  for (const { lastUse } of issued) assert.notEqual(await lastUse(), null);
});

test("two processes that write at once, whichever is later, leave the later minute", async () => {
  const issued = await Promise.all(Array.from({ length: 20 }, (_, index) => issue(`both-${index}`)));
  for (const { secret } of issued) await accounts.otherKeys.authenticate(secret);
  accounts.advance(60_000);
  for (const { secret } of issued.toReversed()) await accounts.keys.authenticate(secret);
  await Promise.all([accounts.keys.writeUse(), accounts.otherKeys.writeUse()]);
  const uses = await Promise.all(issued.map(({ lastUse }) => lastUse()));
  assert.deepEqual(new Set(uses), new Set(["2026-03-01T10:03:00.000Z"]));
});

test("uses that could not be written are written with the next", async () => {
  const { secret, lastUse } = await issue("later");
  await accounts.keys.authenticate(secret);
  const { pool } = accounts;
  const { query } = pool;
  pool.query = () => Promise.reject(new Error("the database is away"));
  await assert.rejects(accounts.keys.writeUse(), /away/).finally(() => {
    pool.query = query;
  });
  await accounts.keys.writeUse();
  assert.notEqual(await lastUse(), null);
});

test("a use is written by itself, soon, and once", async () => {
  const { key, lastUse } = await issue("by-itself");
  const use = new KeyUse({ pool: accounts.pool, flushMs: 20 });
  use.note(key.id, Date.parse("2026-03-01T12:34:56Z"));
  for (let patience = 0; patience < 500 && (await lastUse()) === null; patience++) await setTimeout(10);
  assert.equal(await lastUse(), "2026-03-01T12:34:00.000Z");
  use.note(key.id, Date.parse("2026-03-01T11:00:00Z"));
  await use.flush();
  assert.equal(await lastUse(), "2026-03-01T12:34:00.000Z", "an earlier minute goes before no later one");
});
