/**
 * A fresh, migrated database for a test. One PostgreSQL serves the whole run: the runner starts it and names it in
 * MEGALITH_TEST_DATABASE; a test file that is run by hand starts its own and stops it with its last database.
 */
import { createHash, randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client, type Pool } from "pg";
import { openPool } from "./database.ts";
import { migrate, readMigrations } from "./migrations.ts";
import { startEmbeddedPostgres } from "./postgres.ts";

export interface OpenTestDatabase {
  readonly url: string;
  readonly pool: Pool;
  /** Ends the pool and drops the database. */
  readonly stop: () => Promise<void>;
}

interface TestServer {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

const runnersUrl = process.env.MEGALITH_TEST_DATABASE;
let ownServer: Promise<TestServer> | undefined;
let openCount = 0;

/** @param from the name of a template that was kept; without it a migrated, empty database. */
export async function openTestDatabase(from?: string): Promise<OpenTestDatabase> {
  openCount++;
  if (runnersUrl === undefined) ownServer ??= startTestServer();
  const serverUrl = runnersUrl ?? ((await ownServer) as TestServer).url;
  const name = `test_${randomUUID().replaceAll("-", "")}`;
  const template = from ?? (await ensureTemplate(serverUrl));
  await administer(serverUrl, (client) => client.query(`create database ${name} template ${template}`));
  const url = withDatabase(serverUrl, name);
  const pool = openPool({ connectionString: url, max: 10 });
  const stop = async (): Promise<void> => {
    await pool.end();
    await administer(serverUrl, (client) => client.query(`drop database ${name} with (force)`));
    openCount--;
    if (openCount > 0 || ownServer === undefined) return;
    const server = await ownServer;
    ownServer = undefined;
    await server.stop();
  };
  return { url, pool, stop };
}

/** Ends the database's pool and keeps its state, to be copied by name. Only beside the runner's server. */
export async function keepAsTemplate(database: OpenTestDatabase, name: string): Promise<void> {
  await database.pool.end();
  openCount--;
  const own = new URL(database.url).pathname.slice(1);
  await administer(runnersUrl as string, (client) => client.query(`alter database ${own} rename to ${name}`));
}

/** One process after the other, over all that share the runner's server. */
export function inTurn(work: () => Promise<void>): Promise<void> {
  return administer(runnersUrl as string, async (client) => {
    await client.query("select pg_advisory_lock(2)");
    await work();
  });
}

/** Also used by the runner, once for all files. */
export async function startTestServer(): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), "megalith-test-"));
  const server = await startEmbeddedPostgres({ folder, log: () => undefined });
  const stop = async (): Promise<void> => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
  return { url: server.url, stop };
}

/** Migrations run once a server; a changed migration makes another template. */
async function ensureTemplate(serverUrl: string): Promise<string> {
  const migrations = await readMigrations();
  const digest = createHash("sha256").update(migrations.map(({ sha256 }) => sha256).join());
  const name = `template_${digest.digest("hex").slice(0, 16)}`;
  await administer(serverUrl, async (client) => {
    await client.query("select pg_advisory_lock(1)");
    if ((await client.query("select 1 from pg_database where datname = $1", [name])).rowCount !== 0) return;
    const draft = `draft_${randomUUID().replaceAll("-", "")}`;
    await client.query(`create database ${draft}`);
    const pool = openPool({ connectionString: withDatabase(serverUrl, draft), max: 1 });
    try {
      await migrate(pool, migrations);
    } finally {
      await pool.end();
    }
    await client.query(`alter database ${draft} rename to ${name}`);
  });
  return name;
}

async function administer<T>(serverUrl: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: serverUrl });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function withDatabase(serverUrl: string, name: string): string {
  return serverUrl.replace(/\/[^/?]+(\?|$)/, (_, end: string) => `/${name}${end}`);
}
