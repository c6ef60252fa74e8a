import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { idFromUuid, type MegalithError } from "@megalith/contract";
import { startAccounts, type TestAccounts } from "./accounts.fixture.ts";
import type { NewKey } from "./index.ts";

let accounts: TestAccounts;
const reading: NewKey = { name: "reader", scopes: ["read"] };
const service = "00000000-0000-7000-8000-00000000000a";
const otherService = "00000000-0000-7000-8000-00000000000b";

before(async () => {
  accounts = await startAccounts();
});
after(() => accounts.stop());

async function issue(customer: string, key: NewKey = reading) {
  const { id } = await accounts.customers.create(accounts.caller, customer);
  const issued = await accounts.keys.create(accounts.caller, id, key);
  return { customerId: id, keyId: issued.key.id, secret: issued.secret };
}

test("a key tells its customer, scopes and services", async () => {
  const { customerId, keyId, secret } = await issue("tells", {
    name: "k",
    scopes: ["decide", "read"],
    serviceIds: [service, otherService],
  });
  await accounts.customers.change(accounts.caller, customerId, { serviceIds: [service] });
  const principal = await accounts.keys.authenticate(secret);
  assert.equal(principal?.customerId, customerId);
  assert.equal(principal?.keyId, keyId);
  assert.deepEqual(principal?.scopes, ["decide", "read"]);
  assert.deepEqual(principal?.serviceIds, [service]);
});

test("a revoked key is refused by the call after the revocation's answer, and revoking again is harmless", async () => {
  const { keyId, secret } = await issue("revoked");
  assert.notEqual(await accounts.keys.authenticate(secret), null);
  await accounts.keys.revoke(accounts.caller, keyId);
  assert.equal(await accounts.keys.authenticate(secret), null);
  await accounts.keys.revoke(accounts.caller, keyId);
});

test("another process hears of a revocation by the customer's id", async () => {
  const heard: string[] = [];
  const client = await accounts.pool.connect();
  client.on("notification", ({ payload }) => heard.push(payload ?? ""));
  await client.query("listen megalith_accounts");
  const { customerId, keyId, secret } = await issue("elsewhere");
  assert.notEqual(await accounts.otherKeys.authenticate(secret), null);
  await accounts.keys.revoke(accounts.caller, keyId);
  await client.query("select 1");
  client.release(true);
  assert.ok(heard.includes(customerId));
  for (const id of heard) accounts.otherKeys.forget(id);
  assert.equal(await accounts.otherKeys.authenticate(secret), null);
});

test("rotation keeps both keys good for the overlap, then the new one only, with the same rights", async () => {
  const { keyId, secret } = await issue("rotated", { name: "k", scopes: ["decide"], serviceIds: [service] });
  const next = await accounts.keys.rotate(accounts.caller, keyId, 60);
  assert.deepEqual(next.key.scopes, ["decide"]);
  assert.deepEqual(next.key.serviceIds, [service]);
  assert.notEqual(await accounts.keys.authenticate(secret), null);
  accounts.advance(59_999);
  assert.notEqual(await accounts.keys.authenticate(secret), null);
  accounts.advance(1);
  assert.equal(await accounts.keys.authenticate(secret), null);
  assert.notEqual(await accounts.keys.authenticate(next.secret), null);
});

test("of two who rotate a key at once one makes its successor, and the other is told which that is", async () => {
  const { keyId } = await issue("rotated-twice");
  const both = await Promise.allSettled([1, 2].map(() => accounts.keys.rotate(accounts.caller, keyId, 60)));
  const [made] = both.flatMap((one) => (one.status === "fulfilled" ? [one.value.key] : []));
  const [refused] = both.flatMap((one) => (one.status === "rejected" ? [one.reason as MegalithError] : []));
  assert.equal(refused?.code, "accounts.key_rotated");
  assert.equal(refused.values.successor, idFromUuid("key", made?.id ?? ""));
  assert.equal((await accounts.keys.rotate(accounts.caller, made?.id ?? "", 60)).key.expiresAt, null);
});

test("a revoked key cannot be rotated into a good one", async () => {
  const { keyId } = await issue("no-way-back");
  await accounts.keys.revoke(accounts.caller, keyId);
  await assert.rejects(accounts.keys.rotate(accounts.caller, keyId, 0), { code: "accounts.key_revoked" });
});

test("a key that would have ended already is refused with the field", async () => {
  const { id } = await accounts.customers.create(accounts.caller, "too-late");
  const late = accounts.keys.create(accounts.caller, id, { ...reading, expiresAt: new Date(0) });
  await assert.rejects(late, (error: MegalithError) => error.code === "request.invalid" && error.problems[0]?.path === "/expiresAt");
});

test("a key ends when its time is over", async () => {
  const { secret } = await issue("ends", { ...reading, expiresAt: new Date(Date.parse("2026-03-01T10:06:00Z")) });
  assert.notEqual(await accounts.keys.authenticate(secret), null);
  accounts.advance(360_000);
  assert.equal(await accounts.keys.authenticate(secret), null);
});

test("a suspended customer's key is told so, and works again when the customer is active", async () => {
  const { customerId, secret } = await issue("suspended");
  assert.notEqual(await accounts.keys.authenticate(secret), null);
  await accounts.customers.change(accounts.caller, customerId, { status: "suspended" });
  await assert.rejects(async () => accounts.keys.authenticate(secret), { code: "accounts.customer_suspended" });
  await accounts.customers.change(accounts.caller, customerId, { status: "active" });
  assert.notEqual(await accounts.keys.authenticate(secret), null);
});

test("a key with a wrong checksum costs no query", async () => {
  const { secret } = await issue("typo");
  const { pool } = accounts;
  const { query } = pool;
  pool.query = () => assert.fail("the database was asked");
  try {
    assert.equal(await accounts.keys.authenticate(`${secret.slice(0, -1)}${secret.endsWith("0") ? "1" : "0"}`), null);
  } finally {
    pool.query = query;
  }
});

test("another organisation's customer and key are not found", async () => {
  const { customerId, keyId } = await issue("kept");
  const stranger = { ...accounts.caller, organisation: "00000000-0000-7000-8000-000000000000" };
  const missing = { code: "request.not_found" };
  await assert.rejects(accounts.keys.create(stranger, customerId, reading), missing);
  await assert.rejects(accounts.keys.rotate(stranger, keyId, 0), missing);
  await assert.rejects(accounts.keys.revoke(stranger, keyId), missing);
  await assert.rejects(accounts.customers.change(stranger, customerId, { title: "x" }), missing);
  assert.deepEqual(await accounts.keys.list(stranger.organisation, customerId), []);
});

test("two customers cannot have one name, and a name may change", async () => {
  await issue("first-name");
  const second = await accounts.customers.create(accounts.caller, "second-name");
  const taken = { code: "accounts.customer_name_taken" };
  await assert.rejects(accounts.customers.create(accounts.caller, "first-name"), taken);
  await assert.rejects(accounts.customers.change(accounts.caller, second.id, { name: "first-name" }), taken);
  const renamed = await accounts.customers.change(accounts.caller, second.id, { name: "third-name" });
  assert.equal(renamed.name, "third-name");
  assert.equal(renamed.title, "second-name");
});
