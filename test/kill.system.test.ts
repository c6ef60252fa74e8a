/**
 * Many callers retry until they are answered while the server, its worker and PostgreSQL are killed at random moments.
 *
 * Afterwards: usage rows = distinct keys, none twice; every repeat gives the bytes of the first answer; the invoice is the
 * sum of the amounts to the nano. The killed server is started again as a supervisor would do.
 */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { runCount, seed } from "./counts.ts";

const command = fileURLToPath(new URL("../packages/cli/src/main.ts", import.meta.url));
const callers = 64;
const callsEach = runCount(6, 200);
const kills = runCount(4, 60);

class Product {
  private child: ChildProcess | undefined;
  private stopping = false;
  readonly url: string;
  readonly folder: string;

  constructor(url: string, folder: string) {
    this.url = url;
    this.folder = folder;
  }

  start(): void {
    const { port } = new URL(this.url);
    const env = { ...process.env, MEGALITH_PORT: port, MEGALITH_DATA: this.folder, MEGALITH_REQUEST_LOG: "false" };
    const child = spawn(process.execPath, [command, "up"], { env, stdio: "ignore" });
    this.child = child;
    child.once("exit", () => {
      if (!this.stopping) this.start();
    });
  }

  async ready(): Promise<void> {
    for (let attempt = 0; attempt < 1200; attempt++) {
      const reply = await fetch(`${this.url}/v2/health/ready`).catch(() => undefined);
      if (reply?.status === 200) return;
      await setTimeout(50);
    }
    throw new Error("The server does not become ready.");
  }

  /** Kills one of the parts with SIGKILL. */
  kill(part: "server" | "worker" | "postgres"): void {
    if (part === "server") this.child?.kill("SIGKILL");
    const pid = part === "postgres" ? postmaster(this.folder) : part === "worker" ? childOf(this.child?.pid) : undefined;
    if (pid !== undefined) process.kill(pid, "SIGKILL");
  }

  async stop(): Promise<void> {
    this.stopping = true;
    if (this.child === undefined || this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = once(this.child, "exit");
    this.child.kill("SIGTERM");
    await gone;
  }
}

function postmaster(folder: string): number | undefined {
  try {
    return Number(readFileSync(join(folder, "postgres/cluster/postmaster.pid"), "utf8").split("\n")[0]) || undefined;
  } catch {
    return undefined;
  }
}

/** The first child process that runs the worker. */
function childOf(pid: number | undefined): number | undefined {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").map(Number);
    return children.find((child) => readFileSync(`/proc/${child}/cmdline`, "utf8").includes("worker.ts"));
  } catch {
    return undefined;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  return port;
}

/** Asks until there is an answer that is not about waiting. */
async function ask(url: string, key: string, name: string, body: string): Promise<string> {
  for (let attempt = 0; attempt < 2000; attempt++) {
    const reply = await fetch(`${url}/api/v1/services/credit-risk/decide`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json", "idempotency-key": name },
      body,
    }).catch(() => undefined);
    const text = await reply?.text().catch(() => undefined);
    if (reply !== undefined && text !== undefined && reply.status === 200) return text;
    if (reply !== undefined && text !== undefined && reply.status < 500) throw new Error(`${reply.status} ${text}`);
    await setTimeout(20 + Math.random() * 80);
  }
  throw new Error("There was no answer.");
}

async function started(t: TestContext): Promise<Product> {
  const folder = await mkdtemp(join(tmpdir(), "megalith-kill-"));
  const product = new Product(`http://127.0.0.1:${await freePort()}`, folder);
  t.after(async () => {
    await product.stop();
    await rm(folder, { recursive: true, force: true });
  });
  product.start();
  await product.ready();
  for (let attempt = 0; attempt < 1200; attempt++) {
    if (await readFile(join(folder, "demo.key")).catch(() => undefined)) return product;
    await setTimeout(100);
  }
  throw new Error("The demo service was not made.");
}

test("callers that retry while server, worker and PostgreSQL are killed are metered once a key, answered the same, billed to the nano", async (t) => {
  const product = await started(t);
  const { url, folder } = product;
  const key = (await readFile(join(folder, "demo.key"), "utf8")).trim();
  const admin = (await readFile(join(folder, "admin.key"), "utf8")).trim();
  const random = sequence(seed);
  const answers = new Map<string, string>();
  const bodies = (name: string): string => JSON.stringify({ record: { duration_in_month: 6 + (name.length % 40), credit_amount: 1000 } });
  let running = true;
  const asking = Array.from({ length: callers }, async (_, caller) => {
    for (let call = 0; call < callsEach; call++) {
      const name = `${caller}/${call}`;
      answers.set(name, await ask(url, key, name, bodies(name)));
    }
  });
  const killing = (async () => {
    for (let kill = 0; kill < kills && running; kill++) {
      await setTimeout(300 + random() * 1200);
      product.kill((["server", "postgres", "worker"] as const)[kill % 3] ?? "server");
    }
  })();
  await Promise.all(asking);
  running = false;
  await killing;
  await product.ready();

  const names = [...answers.keys()];
  for (let start = 0; start < names.length; start += callers) {
    const repeats = names.slice(start, start + callers).map(async (name) => {
      assert.equal(await ask(url, key, name, bodies(name)), answers.get(name), `the repeat of ${name} differs`);
    });
    await Promise.all(repeats);
  }

  const get = async <T>(path: string): Promise<T> =>
    (await (await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${admin}` } })).json()) as T;
  const customer = (await get<{ items: { id: string }[] }>("/api/v1/customers")).items[0]?.id;
  const summary = await get<{ items: { count: number; amountNanos: string }[] }>(`/api/v1/usage/summary?customer=${customer}`);
  const count = summary.items.reduce((sum, row) => sum + row.count, 0);
  assert.equal(count, callers * callsEach, "usage rows = distinct keys");
  const spoken = [...answers.values()].reduce(
    (sum, text) => sum + BigInt((JSON.parse(text) as { decisions: { price: { nanos: string } }[] }).decisions[0]?.price.nanos ?? 0),
    0n,
  );
  const month = new Intl.DateTimeFormat("sv-SE", { timeZone: "Europe/Berlin" }).format(new Date()).slice(0, 7);
  const invoices = await get<{ items: { exactNanos: string }[] }>(`/api/v1/invoices/preview?customer=${customer}&month=${month}`);
  assert.equal(BigInt(invoices.items[0]?.exactNanos ?? 0), spoken, "the invoice is the sum of the prices that were answered");
});

test("a start finds its way past a stale lock, a half-written artifact and an orphaned PostgreSQL", async (t) => {
  const product = await started(t);
  const { folder } = product;
  await writeFile(join(folder, "artifacts/.half.partial"), "half");
  product.kill("server");
  await setTimeout(100);
  await product.ready();
  const key = (await readFile(join(folder, "demo.key"), "utf8")).trim();
  const text = await ask(product.url, key, "after", JSON.stringify({ record: { credit_amount: 1000 } }));
  assert.match(text, /"prediction":0\.\d+/);
  await assert.rejects(readFile(join(folder, "artifacts/.half.partial")), { code: "ENOENT" });
});

/** A linear congruential sequence in [0, 1): when to kill, the same in every run. */
function sequence(start: number): () => number {
  let state = start >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}
