/**
 * The embedded PostgreSQL: started by this process, restarted when it dies, gone when this process goes.
 *
 * It listens on a Unix socket in a folder of mode 700 and on no port: two installations cannot clash, no password has
 * to be kept, and a call costs less than over TCP. What was committed is on disk: fsync, full_page_writes and
 * synchronous_commit are on, by command line, so that no file edited by hand turns them off.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, realpath } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import { Client } from "pg";
import { findBinaries, findRunner, type PostgresBinaries, type Runner } from "./postgres-binaries.ts";
import { ensureCluster, ensureSocketFolder, postmasterLines, stopOrphan } from "./postgres-cluster.ts";
import { tryLock } from "./process-lock.mjs";

export interface EmbeddedPostgresOptions {
  /** Made when missing; normally `<data>/postgres`. */
  readonly folder: string;
  /** Receives each line that PostgreSQL logs. */
  readonly log: (line: string) => void;
  /** Where the programs `unshare` and `setpriv` are looked for, as in PATH; the usual places by default. */
  readonly systemPath?: string;
  /** Called when PostgreSQL ended without being asked; it is being started again. */
  readonly onExit?: (exit: { readonly code: number | null; readonly signal: string | null }) => void;
}

export interface EmbeddedPostgres {
  /** For `new Pool({ connectionString })`; stays the same over restarts. */
  readonly url: string;
  /** Undefined while it is being started again. */
  readonly pid: () => number | undefined;
  /** Fast shutdown: open transactions are rolled back, the files are left clean. */
  readonly stop: () => Promise<void>;
}

const settings = {
  listen_addresses: "",
  unix_socket_permissions: "0700",
  fsync: "on",
  full_page_writes: "on",
  synchronous_commit: "on",
  shared_buffers: "128MB",
  max_connections: "100",
  max_wal_size: "1GB",
  wal_level: "minimal",
  max_wal_senders: "0",
  jit: "off",
  timezone: "UTC",
  log_timezone: "UTC",
} as const;

const readyWaitMs = 60_000;
/** A stop that takes longer than the first leaves the log to be replayed at the next start; the second is for a PostgreSQL that does not hear. */
const stopFastMs = 4000;
const stopImmediateMs = 1000;

/** @throws Error saying what to do, when another Megalith has the folder or PostgreSQL cannot run here. */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  await mkdir(options.folder, { recursive: true, mode: 0o700 });
  const folder = await realpath(options.folder);
  const lock = tryLock(join(folder, "lock"));
  if (lock.holder !== undefined) throw new Error(`Another Megalith (process ${lock.holder}) already uses ${folder}.`);
  const supervisor = new Supervisor(folder, options);
  try {
    await supervisor.start();
    const url = await ensureDatabase(supervisor.socket);
    return {
      url,
      pid: () => supervisor.pid,
      stop: async () => {
        await supervisor.stop();
        lock.release();
      },
    };
  } catch (error) {
    await supervisor.stop();
    lock.release();
    throw error;
  }
}

class Supervisor {
  private readonly folder: string;
  private readonly options: EmbeddedPostgresOptions;
  private readonly recent: string[] = [];
  private binaries: PostgresBinaries | undefined;
  private runner: Runner | undefined;
  private cluster = "";
  private child: ChildProcess | undefined;
  private restarting: Promise<void> | undefined;
  private readonly stopping = new AbortController();
  socket = "";

  constructor(folder: string, options: EmbeddedPostgresOptions) {
    this.folder = folder;
    this.options = options;
  }

  get pid(): number | undefined {
    return this.child === undefined || ended(this.child) ? undefined : this.child.pid;
  }

  async start(): Promise<void> {
    this.binaries = await findBinaries();
    this.runner = await findRunner(this.options.systemPath);
    await stopOrphan(join(this.folder, "cluster"));
    this.cluster = await ensureCluster(this.folder, this.binaries, this.runner);
    this.socket = await ensureSocketFolder(this.folder, this.runner);
    await this.launchUntilReady();
  }

  /** A killed PostgreSQL leaves children for a moment, and they keep its successor out: try again until they are gone. */
  private async launchUntilReady(): Promise<void> {
    for (let waitMs = 50, spentMs = 0; ; waitMs = Math.min(waitMs * 2, 5000)) {
      const startedAt = performance.now();
      const child = this.launch();
      if (await this.becomesReady(child)) {
        this.watch(child);
        return;
      }
      spentMs += performance.now() - startedAt + waitMs;
      if (this.stopping.signal.aborted) return;
      if (spentMs > 10_000) throw new Error(`PostgreSQL does not start in ${this.folder}:\n${this.recent.join("\n")}`);
      await this.pause(waitMs);
    }
  }

  private launch(): ChildProcess {
    const { postgres } = this.binaries as PostgresBinaries;
    const flags = Object.entries({ ...settings, unix_socket_directories: this.socket }).flatMap(([name, value]) => [
      "-c",
      `${name}=${value}`,
    ]);
    const runner = this.runner as Runner;
    const { program, parameters } = runner.wrap(postgres, ["-D", this.cluster, ...flags]);
    // A session of its own: Ctrl-C in the terminal reaches the server first, which stops PostgreSQL last.
    const child = spawn(program, parameters, {
      detached: true,
      stdio: ["ignore", "ignore", "pipe"],
      env: runner.environment,
    });
    this.child = child;
    child.on("error", (error) => this.note(error.message));
    if (child.stderr !== null) createInterface({ input: child.stderr }).on("line", (line) => this.note(line));
    return child;
  }

  private note(line: string): void {
    this.recent.push(line);
    if (this.recent.length > 20) this.recent.shift();
    this.options.log(line);
  }

  private async becomesReady(child: ChildProcess): Promise<boolean> {
    for (let waitedMs = 0; waitedMs < readyWaitMs; waitedMs += 10) {
      if (ended(child) || this.stopping.signal.aborted) return false;
      const lines = await postmasterLines(this.cluster);
      if (Number(lines[0]) === child.pid && lines[7] === "ready") return true;
      await setTimeout(10);
    }
    throw new Error(`PostgreSQL was not ready within ${readyWaitMs / 1000} seconds:\n${this.recent.join("\n")}`);
  }

  private watch(child: ChildProcess): void {
    child.once("exit", (code, signal) => {
      if (this.stopping.signal.aborted) return;
      this.options.onExit?.({ code, signal });
      this.restarting = this.restart();
    });
  }

  /** Never gives up while the process lives: a full disk may be emptied. */
  private async restart(): Promise<void> {
    for (let waitMs = 50; !this.stopping.signal.aborted; waitMs = Math.min(waitMs * 4, 5000)) {
      await this.pause(waitMs);
      if (this.stopping.signal.aborted) return;
      try {
        await this.launchUntilReady();
        return;
      } catch (error) {
        this.options.log((error as Error).message);
      }
    }
  }

  private async pause(waitMs: number): Promise<void> {
    await setTimeout(waitMs, undefined, { signal: this.stopping.signal }).catch(() => undefined);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.restarting;
    const child = this.child;
    if (child === undefined || child.pid === undefined || ended(child)) return;
    const exit = once(child, "exit");
    child.kill("SIGINT");
    const immediate = globalThis.setTimeout(() => child.kill("SIGQUIT"), stopFastMs);
    const force = globalThis.setTimeout(() => child.kill("SIGKILL"), stopFastMs + stopImmediateMs);
    await exit;
    clearTimeout(immediate);
    clearTimeout(force);
  }
}

function ended(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}

const databaseName = "megalith";

async function ensureDatabase(socket: string): Promise<string> {
  const client = new Client({ host: socket, user: "megalith", database: "postgres" });
  await client.connect();
  try {
    const found = await client.query("select 1 from pg_database where datname = $1", [databaseName]);
    if (found.rowCount === 0) await client.query(`create database ${databaseName}`);
  } finally {
    await client.end();
  }
  return postgresUrl(socket, databaseName);
}

function postgresUrl(socket: string, database: string): string {
  return `postgres://megalith@localhost/${database}?host=${encodeURIComponent(socket)}`;
}
