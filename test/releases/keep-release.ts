/**
 * Keeps this release's data for the tests of all later ones: `node test/releases/keep-release.ts`.
 *
 * Starts the product on an empty folder with its demo, asks a few questions, and writes a backup (gzip) with what was answered
 * and what it cost beside it. Run once a release, when its migrations are final; the files are never changed afterwards.
 */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { backup } from "../../packages/server/src/backup/backup.ts";
import { start } from "../../packages/server/src/main.ts";
import { release } from "../../packages/server/src/release.ts";

const folder = await mkdtemp(join(tmpdir(), "megalith-release-"));
const dataFolder = join(folder, "data");
const environment = { MEGALITH_DATA: dataFolder, MEGALITH_PORT: "0", MEGALITH_REQUEST_LOG: "false" };
const running = await start({ onLine: console.log, environment });
try {
  const key = (await readFile(join(dataFolder, "demo.key"), "utf8")).trim();
  const ask = async <T>(path: string, init: RequestInit = {}): Promise<T> => {
    const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
    const reply = await fetch(`${running.url}/api/v1${path}`, { ...init, headers });
    if (!reply.ok) throw new Error(`${path}: ${reply.status} ${await reply.text()}`);
    return (await reply.json()) as T;
  };
  const { columns } = await ask<{ columns: { name: string; example: unknown }[] }>("/services/credit-risk/schema");
  const record = Object.fromEntries(columns.map(({ name, example }) => [name, example]));
  const replies: unknown[] = [];
  for (const months of [6, 18, 48]) {
    const body = JSON.stringify({ record: { ...record, duration_in_month: months }, reference: `loan of ${months} months` });
    replies.push(await ask("/services/credit-risk/decide", { method: "POST", body }));
  }
  const sums = await running.product.pool.query<{ rows: string; nanos: string }>(
    "select count(*)::text as rows, sum(amount_nanos)::text as nanos from usage",
  );
  const file = join(folder, "all.backup");
  await backup({ pool: running.product.pool, dataFolder, file, release, now: () => new Date() });
  const place = join(import.meta.dirname, release);
  await writeFile(`${place}.backup.gz`, await promisify(gzip)(await readFile(file), { level: 9 }));
  await writeFile(`${place}.json`, `${JSON.stringify({ record, replies, usage: sums.rows[0] }, null, 2)}\n`);
} finally {
  await running.stop();
  await rm(folder, { recursive: true, force: true });
}
