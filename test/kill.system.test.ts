/**
 * Many callers retry until they are answered while the server, its worker and PostgreSQL are killed at random moments.
 *
 * Afterwards: usage rows = distinct keys, none twice; every repeat gives the bytes of the first answer; the invoice is the
 * sum of the prices that were answered, to the nano. No caller rests before the last kill is done.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import pg from "pg";
import { runCount, seed } from "./counts.ts";
import {
  insist,
  type KilledProduct,
  type Part,
  parts,
  removeKilledProduct,
  sequence,
  startKilledProduct,
} from "./killed-product.fixture.ts";

const callers = runCount(64, 64, "callers");
const kills = runCount(4, 40, "kills a run");
const runs = runCount(1, 5, "runs");
const callsAtLeast = 6;
const recordsOfBatch = 3;

interface Answered {
  readonly digest: string;
  readonly nanos: readonly bigint[];
}

let product: KilledProduct;
let key: string;
let admin: string;
/** A run over midnight may meet two months. */
const firstMonth = monthNow();
/** Over all runs, by idempotency key. */
const answers = new Map<string, Answered>();

before(async () => {
  product = await startKilledProduct();
  key = await product.secret("demo");
  admin = await product.secret("admin");
});

after(() => removeKilledProduct(product));

/** Every fifth call asks about several records at once. */
function bodyOf(name: string): string {
  const number = Number(name.split("/")[2]);
  const record = { duration_in_month: 6 + (number % 40), credit_amount: 1000 + (number % 7) * 500 };
  return JSON.stringify(number % 5 === 4 ? { records: Array.from({ length: recordsOfBatch }, () => record) } : { record });
}

async function ask(name: string): Promise<Answered> {
  const path = "/api/v1/services/credit-risk/decide";
  const { status, text } = await insist(product.url, { method: "POST", path, key, body: bodyOf(name), idempotencyKey: name });
  assert.equal(status, 200, text);
  const { decisions } = JSON.parse(text) as { decisions: { price: { nanos: string } }[] };
  return { digest: createHash("sha256").update(text).digest("base64"), nanos: decisions.map(({ price }) => BigInt(price.nanos)) };
}

async function askAgain(name: string): Promise<void> {
  assert.deepEqual(await ask(name), answers.get(name), `the repeat of ${name} differs`);
}

/** Kills each part in turn, some again before they are back. */
async function storm(random: () => number): Promise<Record<Part, number>> {
  const done = { server: 0, worker: 0, postgres: 0 };
  for (let kill = 0; kill < kills; kill++) {
    if (random() < 0.7) await product.ready();
    await setTimeout(100 + random() * 900);
    const part = parts[kill % parts.length] as Part;
    await product.kill(part);
    done[part]++;
  }
  return done;
}

async function callUntil(isOver: () => boolean, caller: string, random: () => number): Promise<void> {
  for (let call = 0; call < callsAtLeast || !isOver(); call++) {
    const name = `${caller}/${call}`;
    answers.set(name, await ask(name));
    if (call % 3 === 2) await askAgain(`${caller}/${Math.floor(random() * call)}`);
    await setTimeout(random() * 60);
  }
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = items.values();
  await Promise.all(
    Array.from({ length: callers }, async () => {
      for (const item of waiting) await work(item);
    }),
  );
}

function monthNow(): string {
  return new Intl.DateTimeFormat("sv-SE", { timeZone: "Europe/Berlin" }).format(new Date()).slice(0, 7);
}

async function read<T>(path: string): Promise<T> {
  const { status, text } = await insist(product.url, { path, key: admin });
  assert.equal(status, 200, text);
  return JSON.parse(text) as T;
}

for (let run = 0; run < runs; run++)
  test(`callers that retry while server, worker and PostgreSQL are killed are metered once a key, answered the same, billed to the nano (seed ${seed + run})`, async () => {
    const random = sequence(seed + run);
    let isOver = false;
    const storming = storm(sequence(seed * 3 + run)).finally(() => {
      isOver = true;
    });
    const calling = Array.from({ length: callers }, (_, caller) => callUntil(() => isOver, `${run}/${caller}`, random));
    const [killed] = await Promise.all([storming, ...calling]);
    assert.ok(Math.min(...Object.values(killed)) >= 1, "every part was killed");
    await product.ready();

    await inParallel(
      [...answers.keys()].filter((name) => name.startsWith(`${run}/`)),
      askAgain,
    );
    const spoken = [...answers.values()].flatMap(({ nanos }) => nanos);
    const total = spoken.reduce((sum, nanos) => sum + nanos, 0n);

    const client = new pg.Client({ connectionString: await product.databaseUrl() });
    await client.connect();
    const rows = await client.query<{ keys: string; count: string; decisions: string; sum: string }>(
      `select count(distinct fact_key) as keys, count(*) as count, count(distinct decision_id) as decisions, sum(amount_nanos) as sum from usage`,
    );
    const stored = await client.query<{ count: string }>("select count(*) as count from decision");
    await client.end();
    assert.deepEqual(
      { ...rows.rows[0], stored: stored.rows[0]?.count },
      { keys: `${answers.size}`, count: `${spoken.length}`, decisions: `${spoken.length}`, sum: `${total}`, stored: `${spoken.length}` },
      "usage rows = distinct keys, none twice, each with its decision",
    );

    const customer = (await read<{ items: { id: string }[] }>("/api/v1/customers")).items[0]?.id;
    const previews = [...new Set([firstMonth, monthNow()])].map((month) =>
      read<{ items: { exactNanos: string }[] }>(`/api/v1/invoices/preview?customer=${customer}&month=${month}`),
    );
    const billed = (await Promise.all(previews)).flatMap(({ items }) => items.map(({ exactNanos }) => BigInt(exactNanos)));
    assert.equal(
      billed.reduce((sum, nanos) => sum + nanos, 0n),
      total,
      "the invoice is the sum of the prices that were answered",
    );
  });
