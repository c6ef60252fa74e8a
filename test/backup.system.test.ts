/**
 * Backups taken by the command while callers decide, money moves and tables come and go: restored elsewhere, every decision has
 * its usage, the ledger is the invoice and the balance to the nano, and each file is there. What is damaged is refused whole.
 */
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Pool } from "pg";
import { restore } from "../packages/server/src/backup/restore.ts";
import { start } from "../packages/server/src/main.ts";
import { runCount, seed } from "./counts.ts";
import { sequence } from "./killed-product.fixture.ts";
import { type Answered, type StartedProduct, startProduct } from "./start-product.ts";

const command = fileURLToPath(new URL("../packages/cli/src/main.ts", import.meta.url));
const month = new Date().toISOString().slice(0, 7);
const callers = 8;
let product: StartedProduct;
let folder: string;
let prepaid: { id: string; secret: string };

before(async () => {
  product = await startProduct();
  folder = await mkdtemp(join(tmpdir(), "megalith-backups-"));
  const { id } = (await owner("POST", "/api/v1/customers", { name: "prepaid" })) as { id: string };
  const { secret } = (await owner("POST", `/api/v1/customers/${id}/keys`, { name: "k", scopes: ["decide", "read"] })) as { secret: string };
  prepaid = { id, secret };
});
after(async () => {
  await product.stop();
  await rm(folder, { recursive: true, force: true });
});

async function owner(method: string, path: string, body?: unknown): Promise<unknown> {
  const headers: Record<string, string> = typeof body === "string" ? { "content-type": "text/csv" } : {};
  const reply = await product.call(method, path, { key: product.adminKey, body, headers });
  assert.ok(reply.status < 300, `${method} ${path}: ${reply.text}`);
  return reply.body;
}

function decide(key: string, index: number): Promise<Answered> {
  const record = { duration_in_month: 6 + (index % 60), credit_amount: 500 + index };
  return product.call("POST", "/api/v1/services/credit-risk/decide", { key, body: { record } });
}

async function takeBackup(file: string): Promise<{ missing: string[] }> {
  const env = { ...process.env, MEGALITH_DATA: product.dataFolder, DATABASE_URL: product.databaseUrl };
  const { stdout } = await promisify(execFile)(process.execPath, [command, "backup", file, "--json"], { env });
  return JSON.parse(stdout) as { missing: string[] };
}

/** Killed as soon as it has a folder beside its file, which stays. */
async function killBackup(file: string): Promise<void> {
  const env = { ...process.env, MEGALITH_DATA: product.dataFolder, DATABASE_URL: product.databaseUrl };
  const child = spawn(process.execPath, [command, "backup", file], { env, stdio: "ignore" });
  const left = async (): Promise<number> => (await readdir(folder)).filter((name) => name.startsWith(".backup.draft-")).length;
  while (child.exitCode === null && (await left()) === 0) await setTimeout(1);
  child.kill("SIGKILL");
  if (child.signalCode === null) await once(child, "exit");
  assert.deepEqual([child.signalCode, await left()], ["SIGKILL", 1]);
}

/** Callers, credits, and tables that come and go, until told to stop. @returns how many calls were answered. */
function startLoad(): () => Promise<number> {
  let isOver = false;
  let answered = 0;
  const until = async (work: (index: number) => Promise<unknown>): Promise<void> => {
    for (let index = 0; !isOver; index++) await work(index);
  };
  const work = Array.from({ length: callers }, (_, caller) =>
    until(async (index) => {
      const reply = await decide(caller % 2 === 0 ? product.customerKey : prepaid.secret, index * callers + caller);
      assert.ok(reply.status === 200 || reply.status === 402, reply.text);
      if (reply.status === 200) answered++;
    }),
  );
  work.push(
    until((index) =>
      owner("POST", `/api/v1/customers/${prepaid.id}/credits`, {
        amount: { nanos: "50000001", currency: "EUR" },
        reference: `credit ${answered} ${index}`,
      }),
    ),
    until(async (index) => {
      await owner("POST", `/api/v1/tables?name=passing-${index % 3}`, "a,b\n1,2\n3,4\n");
      await owner("DELETE", `/api/v1/tables/passing-${index % 3}`);
    }),
  );
  return async () => {
    isOver = true;
    await Promise.all(work);
    return answered;
  };
}

async function number(pool: Pool, sql: string, values: unknown[] = []): Promise<bigint> {
  const found = await pool.query<{ value: string }>(sql, values);
  return BigInt(found.rows[0]?.value ?? "0");
}

test("a backup under load, restored elsewhere, is of one moment: no torn decision, usage is invoice and balance to the nano, files included", async (t) => {
  const files: string[] = [];
  await owner("POST", `/api/v1/customers/${prepaid.id}/credits`, { amount: { nanos: "9000000000", currency: "EUR" }, reference: "first" });
  const stopLoad = startLoad();
  for (let count = 0; count < runCount(2, 10, "backups under load"); count++) {
    const file = join(folder, `load-${count}.backup`);
    await takeBackup(file);
    files.push(file);
  }
  const answered = await stopLoad();
  assert.ok(answered > 50, `${answered} calls were answered meanwhile`);
  for (const [index, file] of files.entries()) {
    const dataFolder = join(folder, `restored-${index}`);
    const shares: number[] = [];
    const manifest = await restore({ dataFolder, file, onProgress: (done, total) => shares.push(done / total) });
    assert.deepEqual(
      shares,
      shares.toSorted((a, b) => a - b),
      "how far it is never goes back",
    );
    for (const { path, sizeBytes } of manifest.files) assert.equal((await stat(join(dataFolder, path))).size, sizeBytes, path);
    const environment = { MEGALITH_DATA: dataFolder, MEGALITH_PORT: "0", MEGALITH_DEMO: "false", MEGALITH_REQUEST_LOG: "false" };
    const restored = await start({ onLine: () => undefined, environment });
    t.after(() => restored.stop().catch(() => undefined));
    const { pool, billing, organisation, tables } = restored.product;

    const usage = await number(pool, "select count(*)::text as value from usage");
    assert.ok(usage > 0n);
    assert.equal(
      await number(pool, "select count(*)::text as value from usage u join decision d on d.id = u.decision_id"),
      usage,
      "every fact has its decision",
    );
    assert.equal(
      await number(pool, "select count(*)::text as value from decision where customer_id is not null"),
      usage,
      "every decision has its fact",
    );

    const customers = await pool.query<{ id: string; name: string }>("select id, name from customer");
    for (const customer of customers.rows) {
      const spent = await number(pool, "select coalesce(sum(amount_nanos), 0)::text as value from usage where customer_id = $1", [
        customer.id,
      ]);
      const invoices = await billing.preview(organisation, customer.id, month);
      const lines = invoices.flatMap((invoice) => invoice.lines).filter(({ kind }) => kind !== "monthly_fee");
      assert.equal(
        lines.reduce((sum, line) => sum + BigInt(line.exactNanos), 0n),
        spent,
        customer.name,
      );
      const credits = await number(pool, "select coalesce(sum(amount_nanos), 0)::text as value from credit where customer_id = $1", [
        customer.id,
      ]);
      if (credits === 0n) continue;
      const { balance } = await restored.product.meterAccounts.read(organisation, customer.id);
      assert.equal((balance?.nanos ?? 0n) + spent, credits, "what was credited is left or spent");
    }

    const kept = await pool.query<{ name: string }>("select name from stored_table where deleted_at is null");
    for (const { name } of kept.rows) assert.ok((await tables.profile(organisation, name)).rowCount > 0, `${name} can be read`);
    const asked = await pool.query<{ id: string }>("select id from decision order by id desc limit 5");
    const admin = (await readFile(join(dataFolder, "admin.key"), "utf8")).trim();
    for (const { id } of asked.rows) {
      const reply = await fetch(`${restored.url}/api/v1/decisions/dec_${id.replaceAll("-", "")}`, {
        headers: { authorization: `Bearer ${admin}` },
      });
      const text = await reply.text();
      assert.equal(reply.status, 200, text);
      assert.match(text, /"identical":true/);
    }
    await restored.stop();
  }
});

test("a backup that is cut, altered, or no backup is refused with a code, and nothing is left of it", async () => {
  const file = join(folder, "whole.backup");
  await killBackup(join(folder, "killed.backup"));
  await takeBackup(file);
  const drafts = (await readdir(folder)).filter((name) => name.startsWith("."));
  assert.deepEqual(drafts, [], "the next backup removes what a killed one left");
  const whole = await readFile(file);
  const place = join(folder, "refused");
  await mkdir(place);
  const refuse = async (name: string, bytes: Uint8Array): Promise<void> => {
    const damaged = join(place, "damaged.backup");
    await writeFile(damaged, bytes);
    await assert.rejects(restore({ dataFolder: join(place, "data"), file: damaged }), { code: "backup.unreadable" }, name);
    assert.deepEqual(await readdir(place), ["damaged.backup"], `${name} leaves nothing behind`);
  };
  await refuse("nothing", new Uint8Array(0));
  await refuse("noise", Buffer.alloc(4096, "noise"));
  await refuse("zeros", Buffer.alloc(4096));
  const random = sequence(seed);
  for (let count = 0; count < runCount(12, 200, "cuts of a backup"); count++) {
    const size = Math.floor(random() * (whole.length - 1024));
    await refuse(`cut at ${size}`, whole.subarray(0, count % 2 === 0 ? size : size - (size % 512)));
  }
  const places = contentPlaces(whole);
  for (let count = 0; count < runCount(24, 400, "altered bytes of a backup"); count++) {
    const at = places(random());
    const altered = Buffer.from(whole);
    altered.writeUInt8(altered.readUInt8(at) ^ 0x10, at);
    await refuse(`altered at ${at}`, altered);
  }
});

/** Bytes that a backup holds of its list, rows and files: not the fill between them, which means nothing. */
function contentPlaces(tar: Buffer): (share: number) => number {
  const ranges: [number, number][] = [];
  for (let at = 0; at + 512 <= tar.length && tar.readUInt8(at) !== 0; ) {
    const size = Number.parseInt(tar.toString("latin1", at + 124, at + 135), 8);
    if (size > 0) ranges.push([at + 512, size]);
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return (share) => {
    let left = Math.floor(share * ranges.reduce((sum, [, size]) => sum + size, 0));
    for (const [begin, size] of ranges) {
      if (left < size) return begin + left;
      left -= size;
    }
    throw new RangeError("a share is below 1");
  };
}

/** The backup with the hash that its list has now: what else is wrong with the list has to be found too. */
function sign(tar: string): string {
  const size = Number.parseInt(tar.slice(124, 135), 8);
  const hashAt = 512 + Math.ceil(size / 512) * 512 + 512;
  assert.equal(tar.slice(hashAt - 512, hashAt - 497), "manifest.sha256");
  const listed = Buffer.from(tar.slice(512, 512 + size), "latin1");
  return tar.slice(0, hashAt) + createHash("sha256").update(listed).digest("hex") + tar.slice(hashAt + 64);
}

test("a backup whose list was altered, or that is of a newer release, is refused with a code, and nothing is left of it", async () => {
  const file = join(folder, "listed.backup");
  await takeBackup(file);
  const whole = await readFile(file, "latin1");
  const place = join(folder, "listed");
  await mkdir(place);
  const refuse = async (name: string, code: string, from: RegExp, to: string): Promise<void> => {
    const altered = join(place, "altered.backup");
    const text = sign(whole.replace(from, to));
    assert.ok(text !== whole && text.length === whole.length, name);
    await writeFile(altered, text, "latin1");
    await assert.rejects(restore({ dataFolder: join(place, "data"), file: altered }), { code }, name);
    assert.deepEqual(await readdir(place), ["altered.backup"], `${name} leaves nothing behind`);
  };
  await refuse("another format", "backup.unreadable", /"format": 2/, '"format": 9');
  await refuse("a newer migration", "server.data_newer", /"number": 10,/, '"number": 99,');
  await refuse("a path out of the folder", "backup.unreadable", /"path": "artifacts\/../, '"path": "artifacts/..');
  await refuse("an unknown column", "backup.unreadable", /"customer_id",/, '"customer_ix",');
  await refuse("another count", "backup.unreadable", /"rowCount": 1,/, '"rowCount": 2,');
});

test("a file that rows name and the disk lacks is told by name, and the rest is kept", async () => {
  const [first] = await readdir(join(product.dataFolder, "artifacts"));
  const [name] = await readdir(join(product.dataFolder, "artifacts", first ?? ""));
  const path = `artifacts/${first}/${name}`;
  const lost = join(product.dataFolder, path);
  await rename(lost, `${lost}.away`);
  try {
    const file = join(folder, "lacking.backup");
    const { missing } = await takeBackup(file);
    assert.deepEqual(missing, [path]);
    const manifest = await restore({ dataFolder: join(folder, "lacking"), file });
    assert.deepEqual(manifest.missing, [path]);
  } finally {
    await rename(`${lost}.away`, lost);
  }
});

test("a data folder of a newer release is refused, and left as it is", async () => {
  const { pool } = product.running.product;
  await pool.query("insert into schema_migration values (9999, '9999-from-the-future.sql', 'x', now())");
  try {
    const before = await number(pool, "select count(*)::text as value from audit");
    const environment = { DATABASE_URL: product.databaseUrl, MEGALITH_DATA: product.dataFolder, MEGALITH_PORT: "0" };
    await assert.rejects(start({ onLine: () => undefined, environment }), { code: "server.data_newer" });
    assert.equal(await number(pool, "select count(*)::text as value from audit"), before);
    assert.equal((await decide(product.customerKey, 1)).status, 200, "who runs on it goes on");
  } finally {
    await pool.query("delete from schema_migration where number = 9999");
  }
});
