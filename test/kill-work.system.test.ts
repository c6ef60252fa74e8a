/**
 * Work that takes a while is killed half-way: imports, trainings, new versions, promotions, invoices and backups.
 *
 * Whoever asked asks again until there is an answer. Afterwards nothing is there by half: each table version has all its
 * rows, each model version its very bytes, invoice numbers have no gap and each customer one invoice, and a backup is whole
 * or absent. What was acknowledged is there. An answer that was lost may have done its work: asking again may do it twice.
 */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import pg from "pg";
import { restore } from "../packages/server/src/backup/restore.ts";
import { runCount, seed } from "./counts.ts";
import {
  command,
  insist,
  type KilledProduct,
  type Part,
  parts,
  removeKilledProduct,
  sequence,
  startKilledProduct,
  until,
} from "./killed-product.fixture.ts";

const kills = runCount(4, 40, "kills");
const customers = runCount(6, 60, "customers billed");
const importedRows = 20_000;
const month = monthBefore(new Date());
const monthFeeNanos = 7_000_000_001n;

let product: KilledProduct;
let admin: string;
let demo: string;
let outside: string;

before(async () => {
  product = await startKilledProduct();
  admin = await product.secret("admin");
  demo = await product.secret("demo");
  outside = await mkdtemp(join(tmpdir(), "megalith-kill-backups-"));
});

after(async () => {
  await removeKilledProduct(product);
  await rm(outside, { recursive: true, force: true });
});

/** As the owner; any of the statuses is fine. */
async function owner<T>(method: string, path: string, body?: unknown, fine: readonly number[] = [200, 201, 202]): Promise<T> {
  const isRaw = typeof body === "string" || body instanceof Uint8Array;
  const type = body instanceof Uint8Array ? "application/octet-stream" : typeof body === "string" ? "text/csv" : "application/json";
  const sent = body === undefined ? {} : { body: isRaw ? body : JSON.stringify(body), type };
  const { status, text } = await insist(product.url, { method, path, key: admin, ...sent });
  assert.ok(fine.includes(status), `${method} ${path}: ${status} ${text}`);
  return JSON.parse(text) as T;
}

function monthBefore(time: Date): string {
  return new Date(Date.UTC(time.getUTCFullYear(), time.getUTCMonth() - 1, 15)).toISOString().slice(0, 7);
}

async function inDatabase<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: await product.databaseUrl() });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

test("a start finds its way past a stale lock, a half-written artifact and an orphaned PostgreSQL", async () => {
  const half = join(product.folder, "artifacts/.half.partial");
  await writeFile(half, "half");
  const longAgo = new Date(Date.now() - 7_200_000);
  await utimes(half, longAgo, longAgo);
  await product.kill("server");
  await setTimeout(100);
  await product.ready();
  const body = JSON.stringify({ record: { credit_amount: 1000 } });
  const { text } = await insist(product.url, { method: "POST", path: "/api/v1/services/credit-risk/decide", key: demo, body });
  assert.match(text, /"prediction":0\.\d+/);
  assert.ok(!existsSync(half));
});

function generatedCsv(): string {
  const random = sequence(seed);
  const lines = Array.from({ length: importedRows }, (_, row) => {
    const [a, b] = [random(), random()];
    return `${row},${a.toFixed(4)},${b.toFixed(4)},${a + b * random() > 0.9 ? "yes" : "no"}`;
  });
  return `row,first,second,outcome\n${lines.join("\n")}\n`;
}

interface Version {
  readonly number: number;
  readonly rowCount: number;
}

async function importing(csv: string): Promise<number> {
  const { version } = await owner<{ version: Version }>("POST", "/api/v1/tables/killed/versions", csv);
  assert.equal(version.rowCount, importedRows);
  return version.number;
}

interface Job {
  readonly id: string;
  readonly state: string;
  readonly version: number | null;
  readonly error: { code: string } | null;
}

async function training(): Promise<Job> {
  const body = { table: "killed", version: 1, target: "outcome", folds: 2, parameters: { rounds: 30 } };
  return ended(await owner<Job>("POST", "/api/v1/models/killed/trainings", body));
}

function ended(job: Job): Promise<Job> {
  return until(`the job ${job.id} ends`, async () => {
    const now = await owner<Job>("GET", `/api/v1/jobs/${job.id}`);
    return now.state === "queued" || now.state === "running" ? undefined : now;
  });
}

async function publishing(artifact: Uint8Array): Promise<number> {
  const { number } = await owner<{ number: number }>("POST", "/api/v1/models/published/versions?again=true", artifact);
  const model = await owner<{ champion: { number: number } }>("PUT", "/api/v1/models/published/champion", { number });
  assert.equal(model.champion.number, number);
  const { champion } = await owner<typeof model>("GET", "/api/v1/models/published");
  assert.equal(champion.number, number, "a promotion that was acknowledged stays");
  return number;
}

/** Issues twice: the second time gives the same invoice. */
async function billing(customer: string): Promise<void> {
  const issue = () => owner<unknown>("POST", "/api/v1/invoices", { customer, month });
  assert.deepEqual(await issue(), await issue());
}

/** Copies a decision's usage into last month for customers of their own, as if they had used the service then. */
async function makeUsageOfLastMonth(): Promise<string[]> {
  const prices = {
    tiers: [{ upTo: null, priceNanos: "2000000" }],
    valueShare: null,
    reasonsSurchargeNanos: "0",
    monthlyFeeNanos: `${monthFeeNanos}`,
    includedUnits: 0,
  };
  const plan = { name: "billed", currency: "EUR", timeZone: "Europe/Berlin", prices };
  const { versions } = await owner<{ versions: { id: string }[] }>("POST", "/api/v1/plans", plan);
  const planVersion = bareUuid(versions[0]?.id ?? "");
  const ids: string[] = [];
  for (let index = 0; index < customers; index++)
    ids.push((await owner<{ id: string }>("POST", "/api/v1/customers", { name: `billed-${index}` })).id);
  await inDatabase(async (client) => {
    for (const id of ids) {
      const values = [bareUuid(id), planVersion, `${month}-03`, `${month}-01`];
      await client.query("insert into meter_account (customer_id, organisation) select $1, organisation from usage limit 1", [values[0]]);
      await client.query(
        `insert into usage (id, organisation, customer_id, service_id, plan_version_id, fact_key, fact_index, request_digest, decision_id,
           event_time, recorded_at, billing_day, billing_month, day_ordinal, month_ordinal, with_reasons, amount_nanos, currency, prepaid)
         select gen_random_uuid(), organisation, $1, service_id, $2, 'last month', 0, request_digest, gen_random_uuid(),
           $3::date, $3::date, $3, $4, 1, 1, false, 2000000, 'EUR', false from usage limit 1`,
        values,
      );
    }
  });
  return ids;
}

/** An id is its kind and the uuid's digits. */
function bareUuid(id: string): string {
  const digits = id.slice(id.indexOf("_") + 1).replaceAll("-", "");
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

let backing: ChildProcess | undefined;

/** Whether there is a backup; one that ended well must be there, one that did not must not. */
async function backingUp(file: string): Promise<boolean> {
  backing = spawn(process.execPath, [command, "backup", file], { env: product.environment(), stdio: "ignore" });
  const [code] = (await once(backing, "exit")) as [number | null];
  backing = undefined;
  if (code === 0) assert.ok(existsSync(file), "a backup that ended well is there");
  return existsSync(file);
}

async function storm(): Promise<void> {
  const random = sequence(seed);
  for (let kill = 0; kill < kills; kill++) {
    if (random() < 0.8) await product.ready();
    await setTimeout(200 + random() * 1800);
    const part = ([...parts, "backup"] as const)[kill % 4] as Part | "backup";
    if (part === "backup") (await until("a backup is being made", async () => backing)).kill("SIGKILL");
    else await product.kill(part);
  }
}

test("imports, trainings, versions, promotions, invoices and backups that are killed half-way leave the whole or nothing", async () => {
  const csv = generatedCsv();
  await owner("POST", "/api/v1/tables?name=killed", csv, [201, 409]);
  const artifact = await fetch(`${product.url}/api/v1/models/credit-risk/versions/1/artifact`, {
    headers: { authorization: `Bearer ${admin}` },
  });
  const bytes = new Uint8Array(await artifact.arrayBuffer());
  const toBill = await makeUsageOfLastMonth();

  let isOver = false;
  const untilOver = async <T>(work: (turn: number) => Promise<T>): Promise<T[]> => {
    const done: T[] = [];
    for (let turn = 0; turn === 0 || !isOver; turn++) {
      done.push(await work(turn));
      await setTimeout(50);
    }
    return done;
  };
  const storming = storm().finally(() => {
    isOver = true;
  });
  const [imported, jobs, published, backups] = await Promise.all([
    untilOver(() => importing(csv)),
    untilOver(training),
    untilOver(() => publishing(bytes)),
    untilOver(async (turn) => ({ file: join(outside, `${turn}.backup`), isThere: await backingUp(join(outside, `${turn}.backup`)) })),
    untilOver(async (turn) => billing(toBill[turn % toBill.length] as string)),
    storming,
  ]);
  await product.ready();
  for (const customer of toBill) await billing(customer);

  await checkTables(imported);
  await checkTrainings(jobs);
  await checkVersions("published", published);
  await checkInvoices(toBill);
  assert.deepEqual(
    (await readdir(outside)).filter((name) => name.endsWith(".backup")).sort(),
    backups
      .filter(({ isThere }) => isThere)
      .map(({ file }) => file.slice(outside.length + 1))
      .sort(),
  );
  const last = join(outside, "last.backup");
  assert.ok(await backingUp(last));
  await product.kill("server");
  await setTimeout(100);
  await product.ready();
  await checkFiles();
  for (const file of [
    ...backups
      .filter(({ isThere }) => isThere)
      .map(({ file }) => file)
      .slice(-2),
    last,
  ])
    await checkBackup(file);
});

/** Numbers 1 to n, the acknowledged among them. */
function assertCounted(numbers: readonly number[], acknowledged: readonly number[]): void {
  const sorted = numbers.toSorted((a, b) => a - b);
  assert.deepEqual(
    sorted,
    sorted.map((_, index) => index + 1),
  );
  assert.ok(acknowledged.every((number) => number <= sorted.length) && new Set(acknowledged).size === acknowledged.length);
}

async function checkTables(acknowledged: readonly number[]): Promise<void> {
  const { items } = await owner<{ items: Version[] }>("GET", "/api/v1/tables/killed/versions");
  assertCounted(
    items.map(({ number }) => number),
    acknowledged,
  );
  for (const { number, rowCount } of items) {
    assert.equal(rowCount, importedRows);
    const profile = await owner<{ rowCount: number }>("GET", `/api/v1/tables/killed/profile?version=${number}`);
    assert.equal(profile.rowCount, importedRows);
  }
  const staged = await readdir(join(product.folder, "staging")).catch(() => []);
  assert.deepEqual(
    staged.filter((name) => name.startsWith("import-")),
    [],
    "what killed imports left is swept",
  );
}

/** A job that lost its worker three times says so; every other is done, and equal trainings gave equal bytes. */
async function checkTrainings(known: readonly Job[]): Promise<void> {
  const afterwards = await training();
  assert.equal(afterwards.state, "done");
  const { items } = await owner<{ items: (Job & { model: string })[] }>("GET", "/api/v1/jobs?limit=200");
  const jobs = await Promise.all(items.filter(({ model }) => model === "killed").map(ended));
  for (const job of jobs) assert.ok(job.state === "done" || job.error?.code === "training.worker_lost", JSON.stringify(job));
  const numbers = jobs.flatMap(({ version }) => (version === null ? [] : [version]));
  assert.ok(known.every(({ version }) => version === null || numbers.includes(version)));
  const digests = await checkVersions("killed", numbers);
  assert.equal(new Set(digests).size, 1);
}

/** @returns the digests of all versions. */
async function checkVersions(model: string, acknowledged: readonly number[]): Promise<string[]> {
  const { items } = await owner<{ items: { number: number; sha256: string }[] }>("GET", `/api/v1/models/${model}/versions`);
  assertCounted(
    items.map(({ number }) => number),
    acknowledged,
  );
  for (const { number, sha256 } of items) {
    const path = `/api/v1/models/${model}/versions/${number}/artifact`;
    const reply = await fetch(`${product.url}${path}`, { headers: { authorization: `Bearer ${admin}` } });
    const digest = createHash("sha256").update(new Uint8Array(await reply.arrayBuffer()));
    assert.equal(digest.digest("hex"), sha256);
  }
  return items.map(({ sha256 }) => sha256);
}

async function checkInvoices(billed: readonly string[]): Promise<void> {
  const { items } = await owner<{ items: { number: string; customer: string; exactNanos: string }[] }>("GET", "/api/v1/invoices?limit=200");
  assert.deepEqual(items.map(({ customer }) => customer).sort(), [...billed].sort(), "each customer has one invoice");
  const numbers = items.map(({ number }) => Number(number.split("-")[2]));
  assertCounted(numbers, numbers);
  for (const { exactNanos } of items) assert.equal(BigInt(exactNanos), monthFeeNanos + 2_000_000n);
}

/** After a start each file of a table is a version's, each version has its file, and no artifact is half-written. */
async function checkFiles(): Promise<void> {
  const filesIn = async (folder: string): Promise<string[]> => (await readdir(join(product.folder, folder), { recursive: true })).sort();
  const versions = await inDatabase((client) =>
    client.query<{ path: string }>("select table_id || '/' || number || '.parquet' as path from stored_table_version"),
  );
  const tables = await filesIn("tables");
  assert.deepEqual(
    tables.filter((path) => path.includes("/")),
    versions.rows.map(({ path }) => path).sort(),
  );
  // What a killed process left is known by name, and goes an hour later.
  const known = await inDatabase((client) =>
    client.query<{ path: string }>(
      `select left(sha256, 2) || '/' || sha256 || '.mglf' as path from (select sha256 from model_version union select sha256 from artifact_write) a
       union all select left(sha256, 2) || '/.' || id || '.partial' from artifact_write`,
    ),
  );
  const names = new Set(known.rows.map(({ path }) => path));
  assert.deepEqual(
    (await filesIn("artifacts")).filter((path) => path.includes("/") && !names.has(path)),
    [],
  );
}

/** Restoring checks each row count and digest; what the rows name must be there too. */
async function checkBackup(file: string): Promise<void> {
  const dataFolder = join(outside, "restored");
  const manifest = await restore({ dataFolder, file });
  const rowsOf = (name: string): number => manifest.tables.find((table) => table.name === name)?.rowCount ?? 0;
  assert.ok(rowsOf("usage") > 0 && rowsOf("model_version") > 0);
  const files = manifest.files.filter(({ path }) => path.startsWith("tables/"));
  assert.ok(files.length >= rowsOf("table_version"), "every table version has its file");
  await rm(dataFolder, { recursive: true });
}
