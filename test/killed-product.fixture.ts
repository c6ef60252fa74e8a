/**
 * The whole product as processes of their own, killed part by part with SIGKILL and started again as a supervisor would do.
 *
 * A victim is looked up by its parent or its folder, never by a pid that is only written down: that may be another's by now.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { freePort } from "./free-port.fixture.ts";

export const command = fileURLToPath(new URL("../packages/cli/src/main.ts", import.meta.url));

export type Part = "server" | "worker" | "postgres";
export const parts: readonly Part[] = ["server", "worker", "postgres"];

const pollMs = 20;
const patienceMs = 120_000;

export class KilledProduct {
  private child: ChildProcess | undefined;
  private stopping = false;
  readonly url: string;
  readonly folder: string;

  constructor(url: string, folder: string) {
    this.url = url;
    this.folder = folder;
  }

  start(): void {
    this.stopping = false;
    const child = spawn(process.execPath, [command, "up"], { env: this.environment(), stdio: "ignore" });
    this.child = child;
    child.once("exit", () => {
      if (!this.stopping) this.start();
    });
  }

  environment(): NodeJS.ProcessEnv {
    const { MEGALITH_TEST_DATABASE: _shared, MEGALITH_PROVE: _proof, MEGALITH_PROVE_COUNTS: _record, ...env } = process.env;
    return { ...env, MEGALITH_PORT: new URL(this.url).port, MEGALITH_DATA: this.folder, MEGALITH_REQUEST_LOG: "false" };
  }

  async ready(): Promise<void> {
    await until("the server is ready", async () => {
      const reply = await fetch(`${this.url}/v2/health/ready`).catch(() => undefined);
      return reply?.status === 200 ? true : undefined;
    });
  }

  /** Kills the part as soon as it lives. */
  async kill(part: Part): Promise<void> {
    const pid = await until(`the ${part} lives`, async () => this.pidOf(part));
    process.kill(pid, "SIGKILL");
  }

  private pidOf(part: Part): number | undefined {
    if (part === "server") return this.child?.exitCode === null && this.child.signalCode === null ? this.child.pid : undefined;
    return part === "postgres" ? postmasterOf(this.folder) : workerOf(this.child?.pid);
  }

  /** Of the demo's customer, or of the owner. */
  async secret(name: "demo" | "admin"): Promise<string> {
    return (await readFile(join(this.folder, `${name}.key`), "utf8")).trim();
  }

  /** Where PostgreSQL listens. */
  async databaseUrl(): Promise<string> {
    return (await readFile(join(this.folder, "database.url"), "utf8")).trim();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    if (this.child === undefined || this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = once(this.child, "exit");
    this.child.kill("SIGTERM");
    await gone;
  }
}

/** With the demo service made; `stop` before removing its folder. */
export async function startKilledProduct(): Promise<KilledProduct> {
  const folder = await mkdtemp(join(tmpdir(), "megalith-kill-"));
  const product = new KilledProduct(`http://127.0.0.1:${await freePort()}`, folder);
  product.start();
  await until("the demo service is made", async () => existsSync(join(folder, "demo.key")) || undefined);
  await product.ready();
  return product;
}

export async function removeKilledProduct(product: KilledProduct): Promise<void> {
  await product.stop();
  await rm(product.folder, { recursive: true, force: true });
}

export async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  for (const endsAt = performance.now() + patienceMs; performance.now() < endsAt; await setTimeout(pollMs)) {
    const found = await look();
    if (found !== undefined) return found;
  }
  throw new Error(`It did not come about that ${what}.`);
}

/** PostgreSQL's own file names its pid; the process must be a PostgreSQL of this folder. */
function postmasterOf(folder: string): number | undefined {
  try {
    const pid = Number(readFileSync(join(folder, "postgres/cluster/postmaster.pid"), "utf8").split("\n")[0]);
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(folder) ? pid : undefined;
  } catch {
    return undefined;
  }
}

function workerOf(pid: number | undefined): number | undefined {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").filter(Boolean);
    return children.map(Number).find((child) => readFileSync(`/proc/${child}/cmdline`, "utf8").includes("worker.ts"));
  } catch {
    return undefined;
  }
}

export interface Question {
  readonly method?: string;
  readonly path: string;
  readonly key: string;
  readonly body?: string | Uint8Array;
  readonly type?: string;
  readonly idempotencyKey?: string;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Asks until there is an answer that is not about waiting; what the answer is, the caller judges. */
export async function insist(url: string, question: Question): Promise<Answer> {
  const { method = "GET", path, key, body, type = "application/json", idempotencyKey } = question;
  const headers = {
    authorization: `Bearer ${key}`,
    ...(body === undefined ? {} : { "content-type": type }),
    ...(idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey }),
  };
  return until(`${method} ${path} is answered`, async () => {
    try {
      const reply = await fetch(`${url}${path}`, { method, headers, ...(body === undefined ? {} : { body: body as string }) });
      const text = await reply.text();
      return reply.status < 500 && reply.status !== 429 ? { status: reply.status, text } : undefined;
    } catch {
      return undefined;
    }
  });
}

/** A linear congruential sequence in [0, 1): whom to kill and when, the same in every run. */
export function sequence(start: number): () => number {
  let state = start >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}
