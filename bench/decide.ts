/**
 * Claim: one-record calls of a 100-tree x 31-leaf model over HTTP, each a durable usage row, 10,000 a second or more on two cores.
 *
 * Beside it, in the same run and alternating: an empty fastify handler that commits one row a call in groups, the least that
 * a metered call can cost. `node bench/decide.ts [seconds]`; writes bench/results/decide.json.
 */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import fastify from "fastify";
import pg from "pg";
import { defaultTrainParameters, encodeForest, trainForest } from "../engines/forest/src/index.ts";
import { startEmbeddedPostgres } from "../packages/platform/src/foundation/index.ts";
import { start } from "../packages/server/src/main.ts";
import type { Load, Measured } from "./load.ts";

const run = promisify(execFile);
const seconds = Number(process.argv[2] ?? 5);
const columnCount = 20;

/** A seeded table of 20 numbers whose weighted sum decides. */
function artifact(): Uint8Array {
  let state = 7;
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
  const rows = 20_000;
  const columns = Array.from({ length: columnCount }, (_, index) => ({
    name: `column_${index}`,
    kind: "numeric" as const,
    values: Float64Array.from({ length: rows }, random),
  }));
  const target = Float64Array.from({ length: rows }, (_, row) => {
    const sum = columns.reduce((total, column, index) => total + (column.values[row] as number) * Math.sin(index), 0);
    return Number(sum + random() > 0.5);
  });
  const parameters = { ...defaultTrainParameters, rounds: 100, leaves: 31 };
  const metadata = { target: "y", positive: "1", classes: ["0", "1"] };
  return encodeForest(trainForest("binary", { columns, target }, parameters, { metadata }).forest);
}

async function load(options: Omit<Load, "seconds">): Promise<Measured> {
  const { stdout } = await run(process.execPath, [join(import.meta.dirname, "load.ts"), JSON.stringify({ ...options, seconds })]);
  return JSON.parse(stdout) as Measured;
}

/** The baseline: answers after one row a call is committed, many calls to a statement. */
async function startEmpty(url: string): Promise<{ port: number; stop: () => Promise<void> }> {
  const pool = new pg.Pool({ connectionString: url, max: 2 });
  await pool.query("create table empty_call (id bigint)");
  let waiting: (() => void)[] = [];
  let busy = false;
  const flush = async (): Promise<void> => {
    if (busy || waiting.length === 0) return;
    busy = true;
    const batch = waiting;
    waiting = [];
    await pool.query("insert into empty_call select * from generate_series(1, $1::int)", [batch.length]);
    for (const done of batch) done();
    busy = false;
    setImmediate(() => void flush());
  };
  const app = fastify();
  app.post("/empty", async () => {
    await new Promise<void>((done) => {
      waiting.push(done);
      setImmediate(() => void flush());
    });
    return { ok: true };
  });
  await app.listen({ port: 0, host: "127.0.0.1" });
  const { port } = app.server.address() as { port: number };
  return {
    port,
    stop: async () => {
      await app.close();
      await pool.end();
    },
  };
}

const folder = await mkdtemp(join(tmpdir(), "megalith-bench-"));
const environment = { MEGALITH_DATA: join(folder, "data"), MEGALITH_PORT: "0", MEGALITH_DEMO: "false", MEGALITH_REQUEST_LOG: "false" };
const product = await start({ onLine: () => undefined, environment });
const postgres = await startEmbeddedPostgres({ folder: join(folder, "baseline"), log: () => undefined });
const empty = await startEmpty(postgres.url);
try {
  const { registry, catalogue, customers, keys, billing, caller } = product.product;
  await registry.addVersion(caller, { model: "bench", artifact: artifact(), card: { task: "binary", metrics: {} } });
  const prices = {
    tiers: [{ upTo: null, priceNanos: 1_000_000n }],
    valueShare: null,
    reasonsSurchargeNanos: 0n,
    monthlyFeeNanos: 0n,
    includedUnits: 0,
  };
  await billing.plans.create(caller, { name: "bench", currency: "EUR", timeZone: "UTC", prices });
  await catalogue.create(caller, "plain", { model: "bench", plan: "bench", explanation: { kind: "none" } });
  await catalogue.create(caller, "reasons", { model: "bench", plan: "bench", explanation: { kind: "all" } });
  const customer = await customers.create(caller, "bench", {});
  const { secret: key } = await keys.create(caller, customer.id, { name: "bench", scopes: ["decide"] });
  const body = JSON.stringify({
    record: Object.fromEntries(Array.from({ length: columnCount }, (_, index) => [`column_${index}`, index / 20])),
  });
  const port = Number(new URL(product.url).port);
  const results: Record<string, Measured> = {};
  await load({ port, path: "/api/v1/services/plain/decide", key, body, connections: 16 });
  for (const connections of [16, 32, 64]) {
    results[`empty ${connections}`] = await load({ port: empty.port, path: "/empty", key, body, connections });
    results[`decide ${connections}`] = await load({ port, path: "/api/v1/services/plain/decide", key, body, connections });
    results[`reasons ${connections}`] = await load({ port, path: "/api/v1/services/reasons/decide", key, body, connections });
  }
  for (const [name, measured] of Object.entries(results)) console.log(name.padEnd(12), JSON.stringify(measured));
  const { stdout: commit } = await run("git", ["rev-parse", "HEAD"]).catch(() => ({ stdout: "" }));
  const machine = { processor: cpus()[0]?.model, cores: cpus().length, node: process.version };
  await mkdir(join(import.meta.dirname, "results"), { recursive: true });
  await writeFile(
    join(import.meta.dirname, "results/decide.json"),
    `${JSON.stringify({ commit: commit.trim(), machine, seconds, results }, null, 2)}\n`,
  );
} finally {
  await empty.stop();
  await postgres.stop();
  await product.stop();
  await rm(folder, { recursive: true, force: true });
}
