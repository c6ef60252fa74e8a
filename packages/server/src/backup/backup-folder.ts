/**
 * Backs up a data folder whether or not a server runs on it.
 *
 * A running server leaves the address of its database in `database.url` (mode 600); without one, PostgreSQL is started
 * for the time of the backup.
 */
import { readFile, rm, stat, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { MegalithError } from "@megalith/contract";
import { openPool, startEmbeddedPostgres, systemClock } from "@megalith/platform/foundation";
import { release } from "../release.ts";
import { type BackupOptions, backup } from "./backup.ts";
import type { Manifest } from "./manifest.ts";

const addressFile = "database.url";

/** @returns a function that takes the address away again. */
export async function leaveAddress(dataFolder: string, databaseUrl: string): Promise<() => Promise<void>> {
  const path = join(dataFolder, addressFile);
  await writeFile(path, `${databaseUrl}\n`, { mode: 0o600 });
  return () => rm(path, { force: true });
}

export type FolderBackupOptions = Pick<BackupOptions, "dataFolder" | "file" | "onProgress" | "signal"> & {
  /** A database of one's own, instead of the folder's. */
  readonly databaseUrl?: string | null;
};

/** @throws MegalithError "backup.no_data" before anything is made, "backup.file_exists"; the signal's reason. */
export async function backupFolder(options: FolderBackupOptions): Promise<Manifest> {
  const dataFolder = resolve(options.dataFolder);
  // Of a database of one's own the folder still holds tables and artifacts.
  const witness = (options.databaseUrl ?? null) === null ? join(dataFolder, "postgres") : dataFolder;
  const found = await stat(witness).catch(() => undefined);
  if (found?.isDirectory() !== true) throw new MegalithError("backup.no_data", { values: { folder: dataFolder } });
  const database = await openDatabase(dataFolder, options.databaseUrl ?? null);
  const pool = openPool({ connectionString: database.url, max: 2 });
  try {
    return await backup({ ...options, dataFolder, pool, release, now: () => systemClock.now() });
  } finally {
    await pool.end();
    await database.stop();
  }
}

async function openDatabase(dataFolder: string, given: string | null): Promise<{ url: string; stop: () => Promise<void> }> {
  const left = given ?? (await readFile(join(dataFolder, addressFile), "utf8").catch(() => undefined))?.trim();
  if (left !== undefined && (await answers(left))) return { url: left, stop: async () => undefined };
  return startEmbeddedPostgres({ folder: join(dataFolder, "postgres"), log: () => undefined });
}

/** A server that was killed leaves its address behind. */
async function answers(url: string): Promise<boolean> {
  const pool = openPool({ connectionString: url, max: 1, connectionTimeoutMillis: 2000 });
  try {
    await pool.query("select 1");
    return true;
  } catch {
    return false;
  } finally {
    await pool.end();
  }
}
