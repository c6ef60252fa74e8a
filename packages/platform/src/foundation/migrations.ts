/**
 * Forward-only numbered migrations, applied one transaction each under an advisory lock.
 *
 * A database that has a migration this code does not know is newer: it is refused. A file whose text changed after
 * it was applied is refused too, by its SHA-256.
 */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { MegalithError } from "@megalith/contract";
import type { Pool, PoolClient } from "pg";

const lockKey = 7_305_201_812;
const folder = new URL("../../migrations/", import.meta.url);

export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
  readonly sha256: string;
}

export async function readMigrations(from: URL = folder): Promise<Migration[]> {
  const names = (await readdir(from)).filter((name) => /^\d{4}-[a-z0-9-]+\.sql$/.test(name)).sort();
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(new URL(name, from), "utf8");
      return { number: Number(name.slice(0, 4)), name, sql, sha256: createHash("sha256").update(sql).digest("hex") };
    }),
  );
}

/** Brings the database to this code's schema. @returns how many migrations ran. @throws MegalithError "server.data_newer" */
export async function migrate(pool: Pool, migrations?: readonly Migration[]): Promise<number> {
  const known = migrations ?? (await readMigrations());
  const client = await pool.connect();
  try {
    // Another process may be migrating, for as long as that takes.
    await client.query("set lock_timeout = 0");
    await client.query("select pg_advisory_lock($1)", [lockKey]);
    return await applyMissing(client, known);
  } finally {
    await client.query("select pg_advisory_unlock($1)", [lockKey]).catch(() => undefined);
    await client.query("reset lock_timeout").catch(() => undefined);
    client.release();
  }
}

async function applyMissing(client: PoolClient, known: readonly Migration[]): Promise<number> {
  await client.query(
    "create table if not exists schema_migration (number integer primary key, name text not null, sha256 text not null, applied_at timestamptz not null)",
  );
  const applied = await client.query<{ number: number; name: string; sha256: string }>("select number, name, sha256 from schema_migration");
  const byNumber = new Map(known.map((migration) => [migration.number, migration]));
  for (const row of applied.rows) {
    const migration = byNumber.get(row.number);
    if (migration === undefined) throw new MegalithError("server.data_newer", { values: { migration: row.name } });
    if (migration.sha256 !== row.sha256) throw new MegalithError("server.data_altered", { values: { migration: row.name } });
  }
  const done = new Set(applied.rows.map((row) => row.number));
  let count = 0;
  for (const migration of known) {
    if (done.has(migration.number)) continue;
    await client.query("begin");
    try {
      await client.query(migration.sql);
      await client.query("insert into schema_migration values ($1, $2, $3, now())", [migration.number, migration.name, migration.sha256]);
      await client.query("commit");
    } catch (error) {
      await client.query("rollback");
      throw error;
    }
    count++;
  }
  return count;
}
