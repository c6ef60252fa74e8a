/** From plan to invoice on a real PostgreSQL: prices in force, sums to the nano, numbers without a gap. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { MegalithError } from "@megalith/contract";
import { type OpenTestDatabase, openTestDatabase } from "../foundation/database.fixture.ts";
import { type Caller, systemRandom, uuidMaker } from "../foundation/index.ts";
import { type CallFacts, deriveUsageId, Meter } from "../metering/index.ts";
import type { Prices } from "./plan.ts";
import { BillingService } from "./service.ts";

const prices: Prices = {
  tiers: [
    { upTo: 3, priceNanos: 2_000_001n },
    { upTo: null, priceNanos: 1_000_003n },
  ],
  valueShare: { hundredthsOfBasisPoint: 1234, floorNanos: 100n, capNanos: 10n ** 9n },
  reasonsSurchargeNanos: 333_333n,
  monthlyFeeNanos: 20_000_000_000n,
  includedUnits: 2,
};

let database: OpenTestDatabase;
let billing: BillingService;
let meter: Meter;
let caller: Caller;
let now = new Date("2026-03-01T00:00:00Z");
const serviceId = randomUUID();
let seller = { legalName: "Provider GmbH", address: "Hauptstrasse 1\n10115 Berlin", taxId: "DE1" };

before(async () => {
  database = await openTestDatabase();
  const organisation = randomUUID();
  await database.pool.query("insert into organisation (id, name, created_at) values ($1, 'Provider', now())", [organisation]);
  caller = { organisation, actor: { kind: "admin", id: null, name: "admin" } };
  meter = new Meter({ pool: database.pool });
  const clock = { now: () => now };
  const names = {
    seller: async () => ({ name: "Provider", identity: seller }),
    customer: async (_: string, id: string) =>
      id === stranger ? undefined : { name: "测试公司", identity: { legalName: null, address: null, taxId: null } },
    services: async (_: string, ids: readonly string[]) => new Map(ids.map((id) => [id, "credit-risk"])),
  };
  billing = new BillingService({ pool: database.pool, clock, newUuid: uuidMaker(clock, systemRandom), names });
});

after(() => database.stop());

const stranger = randomUUID();

function call(customerId: string, planVersionId: string, at: Date, count = 1): CallFacts {
  const key = `q:${randomUUID()}`;
  const facts = Array.from({ length: count }, (_, place) => ({
    key,
    place,
    digest: new Uint8Array(32),
    usageId: deriveUsageId(customerId, { key, place }),
    decisionId: randomUUID(),
    valueNanos: BigInt(place + 1) * 7_777_777_777n,
    withReasons: place % 2 === 0,
  }));
  const times = { eventTime: at, recordedTime: at };
  const ids = { organisation: caller.organisation, customerId, serviceId, keyId: null, planVersionId };
  return { ...ids, ...times, facts, decision: null };
}

async function spend(customerId: string, plan: string, days: readonly string[], count = 6): Promise<void> {
  for (const day of days) {
    const at = new Date(day);
    const version = await billing.planVersionAt(caller.organisation, plan, at);
    const outcome = await meter.record(call(customerId, version, at, count));
    assert.equal(outcome.kind, "recorded");
  }
}

async function ledgerSum(customerId: string): Promise<bigint> {
  const found = await database.pool.query<{ sum: string }>("select sum(amount_nanos) as sum from usage where customer_id = $1", [
    customerId,
  ]);
  return BigInt(found.rows[0]?.sum ?? 0);
}

const coded = (code: string) => (error: unknown) => error instanceof MegalithError && error.code === code;

test("a new version prices what is used from its time on, and leaves what was used as it was", async () => {
  now = new Date("2026-03-01T00:00:00Z");
  await billing.plans.create(caller, { name: "changing", currency: "EUR", timeZone: "UTC", prices });
  const customerId = randomUUID();
  await spend(customerId, "changing", ["2026-03-02T00:00:00Z"]);
  const before = await ledgerSum(customerId);
  const dearer: Prices = { ...prices, tiers: [{ upTo: null, priceNanos: 9_000_000n }] };
  await billing.plans.addVersion(caller, "changing", dearer, new Date("2026-03-10T00:00:00Z"));
  assert.equal(await ledgerSum(customerId), before);
  const plan = await billing.plans.read(caller.organisation, "changing");
  assert.deepEqual(
    plan.versions.map(({ number }) => number),
    [2, 1],
  );
  assert.equal(await billing.planVersionAt(caller.organisation, "changing", new Date("2026-03-09T23:59:59Z")), plan.versions[1]?.id);
  assert.equal(await billing.planVersionAt(caller.organisation, "changing", new Date("2026-03-10T00:00:00Z")), plan.versions[0]?.id);
  await assert.rejects(billing.plans.addVersion(caller, "changing", prices, now), coded("billing.plan_invalid"));
  await assert.rejects(billing.planVersionAt(caller.organisation, "missing", now), coded("billing.plan_not_found"));
  await assert.rejects(
    billing.plans.create(caller, { name: "changing", currency: "EUR", timeZone: "UTC", prices }),
    coded("billing.plan_name_taken"),
  );
});

test("an invoice is what the ledger says, to the nano, over tiers, days and versions", async () => {
  now = new Date("2026-04-01T00:00:00Z");
  await billing.plans.create(caller, { name: "exact", currency: "EUR", timeZone: "Asia/Shanghai", prices });
  await billing.plans.addVersion(caller, "exact", { ...prices, reasonsSurchargeNanos: 1n }, new Date("2026-05-20T00:00:00Z"));
  const customerId = randomUUID();
  await spend(customerId, "exact", ["2026-05-01T00:00:00Z", "2026-05-01T10:00:00Z", "2026-05-02T00:00:00Z", "2026-05-21T00:00:00Z"]);
  const [preview, ...others] = await billing.preview(caller.organisation, customerId, "2026-05");
  assert.equal(others.length, 0);
  assert.equal(BigInt(preview?.exactNanos ?? 0), (await ledgerSum(customerId)) + prices.monthlyFeeNanos);
  assert.equal(
    preview?.lines.reduce((sum, line) => sum + BigInt(line.amountNanos), 0n),
    BigInt(preview?.totalNanos ?? 0),
  );
  now = new Date("2026-06-01T12:00:00Z");
  const [final] = await billing.finalise(caller, customerId, "2026-05");
  assert.deepEqual({ ...final, id: null, number: null, status: "preview", issuedAt: null }, preview);
});

test("a month that is not over everywhere cannot be issued", async () => {
  now = new Date("2026-06-30T23:00:00Z");
  await assert.rejects(billing.finalise(caller, randomUUID(), "2026-06"), coded("billing.month_open"));
});

test("a customer that does not exist has no invoice", async () => {
  await assert.rejects(billing.preview(caller.organisation, stranger, "2026-05"), coded("request.not_found"));
});

test("issuing at once and again gives the same invoices, and their numbers have no gap", async () => {
  now = new Date("2026-07-01T00:00:00Z");
  await billing.plans.create(caller, { name: "many", currency: "EUR", timeZone: "UTC", prices });
  const customers = Array.from({ length: 12 }, () => randomUUID());
  for (const customerId of customers) await spend(customerId, "many", ["2027-01-05T00:00:00Z"], 1);
  now = new Date("2027-02-02T00:00:00Z");
  const twice = [...customers, ...customers].map((customerId) => billing.finalise(caller, customerId, "2027-01"));
  const issued = (await Promise.all(twice)).flat();
  assert.equal(issued.length, 24);
  for (let index = 0; index < 12; index++) assert.deepEqual(issued[index], issued[index + 12]);
  const numbers = [...new Set(issued.map(({ number }) => number))].sort();
  assert.deepEqual(
    numbers,
    Array.from({ length: 12 }, (_, index) => `INV-2027-${String(index + 1).padStart(6, "0")}`),
  );
  const listed = await billing.invoices.list(caller.organisation, customers[0] as string, { after: null, limit: 10 });
  assert.deepEqual(listed, [issued[0]]);
});

test("usage that arrives after a month was issued is on the next month's invoice, and none is lost", async () => {
  now = new Date("2027-02-02T00:00:00Z");
  const customerId = randomUUID();
  await spend(customerId, "many", ["2027-01-31T23:00:00Z"], 2);
  const [january] = await billing.finalise(caller, customerId, "2027-01");
  await spend(customerId, "many", ["2027-01-31T23:59:59Z"], 3);
  const [february] = await billing.preview(caller.organisation, customerId, "2027-02");
  assert.deepEqual(await billing.finalise(caller, customerId, "2027-01"), [january]);
  const fees = 2n * prices.monthlyFeeNanos;
  assert.equal(BigInt(january?.exactNanos ?? 0) + BigInt(february?.exactNanos ?? 0), (await ledgerSum(customerId)) + fees);
});

test("an issued invoice is read and printed, and another customer's reads as one that does not exist", async () => {
  const customerId = randomUUID();
  await spend(customerId, "many", ["2027-03-05T00:00:00Z"], 1);
  now = new Date("2027-04-02T00:00:00Z");
  const [invoice] = await billing.finalise(caller, customerId, "2027-03");
  const found = await database.pool.query<{ id: string }>("select id from invoice where customer_id = $1", [customerId]);
  const id = found.rows[0]?.id as string;
  assert.deepEqual(await billing.invoices.read(caller.organisation, id, customerId), invoice);
  const printed = await Promise.all([1, 2].map(() => billing.pdf(caller.organisation, id, customerId, "en")));
  for (const pdf of printed) assert.equal(Buffer.from(pdf.subarray(0, 5)).toString(), "%PDF-");
  assert.deepEqual([invoice?.sellerIdentity, invoice?.customerIdentity?.address], [seller, null]);
  seller = { ...seller, legalName: "Renamed AG" };
  const [, again] = [
    await billing.finalise(caller, customerId, "2027-03"),
    await billing.invoices.read(caller.organisation, id, customerId),
  ];
  assert.deepEqual(again, invoice, "an issued invoice keeps its seller");
  await assert.rejects(billing.invoices.read(caller.organisation, id, randomUUID()), coded("request.not_found"));
  await assert.rejects(billing.invoices.read(randomUUID(), id, null), coded("request.not_found"));
});

test("a preview is printed for the currency that is named, and no more once its month was issued", async () => {
  now = new Date("2026-04-01T00:00:00Z");
  const customerId = randomUUID();
  for (const currency of ["JPY", "CHF"]) {
    const plan = `in-${currency.toLowerCase()}`;
    await billing.plans.create(caller, { name: plan, currency, timeZone: "UTC", prices });
    await spend(customerId, plan, ["2026-04-02T10:00:00Z"]);
  }
  const print = (currency: string | undefined) =>
    billing.previewPdf(caller.organisation, { customerId, month: "2026-04", currency }, "en").then((bytes) => Buffer.from(bytes));
  await assert.rejects(print(undefined), (error) => {
    assert.ok(error instanceof MegalithError && error.code === "request.invalid");
    assert.match(error.problems[0]?.expected ?? "", /CHF, JPY/);
    return true;
  });
  assert.equal((await print("JPY")).toString("latin1", 0, 5), "%PDF-");
  await assert.rejects(print("USD"), coded("request.not_found"));
  now = new Date("2026-05-10T00:00:00Z");
  await billing.finalise(caller, customerId, "2026-04");
  await assert.rejects(print("JPY"), coded("billing.invoice_issued"));
});
