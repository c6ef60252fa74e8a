/**
 * Writes one file with everything: rows of one snapshot, and the files that those rows name.
 *
 * One read-only repeatable-read transaction sees all tables as of one moment, while the server goes on answering. Table and
 * artifact files never change once a row names them, so copying them after the snapshot is as good as at it. A table that is
 * removed meanwhile takes its files along: then all is done again, as of a later moment.
 */
import { createHash, hash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { open, rename, rm, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { MegalithError } from "@megalith/contract";
import { makeDraftFolder } from "@megalith/platform/foundation";
import type { Pool, PoolClient } from "pg";
import { to as copyTo } from "pg-copy-streams";
import { pack as newTar, type Pack } from "tar-stream";
import { type BackupFile, type BackupTable, backupFormat, type Manifest } from "./manifest.ts";
import { type OnProgress, steadyProgress } from "./steady-progress.ts";

export interface BackupOptions {
  readonly pool: Pool;
  readonly dataFolder: string;
  /** Must not exist yet. */
  readonly file: string;
  readonly release: string;
  readonly now: () => Date;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

const attempts = 3;

/** @throws MegalithError "backup.file_exists"; the signal's reason. */
export async function backup(given: BackupOptions): Promise<Manifest> {
  const options = { ...given, onProgress: steadyProgress(given.onProgress) };
  const file = resolve(options.file);
  if (await exists(file)) throw new MegalithError("backup.file_exists", { values: { file } });
  // One place for all backups of a folder: the next one removes what a killed one left, whatever it was to be called.
  const staging = await makeDraftFolder(join(dirname(file), "backup"));
  try {
    const manifest = await withoutRemovals(async (isLast) => {
      const spooled = await spool(options, staging, isLast);
      await write(options, spooled, staging, join(staging, "whole.tar"));
      return spooled;
    });
    await rename(join(staging, "whole.tar"), file);
    return manifest;
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** A file that a row named was gone when it was to be copied. */
class FileRemoved extends Error {}

/** Does it again when a file went meanwhile; at last what has long been missing is listed as missing, so that the rest is kept. */
async function withoutRemovals<T>(work: (isLast: boolean) => Promise<T>): Promise<T> {
  for (let attempt = 1; attempt < attempts; attempt++) {
    try {
      return await work(false);
    } catch (error) {
      if (!(error instanceof FileRemoved) && (error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
  return work(true);
}

/** Copies the rows of one snapshot to the staging folder and hashes every file; then all sizes are known. */
async function spool(options: BackupOptions, staging: string, mayLack: boolean): Promise<Manifest> {
  const client = await options.pool.connect();
  let broken: Error | undefined;
  try {
    await client.query("begin isolation level repeatable read read only");
    const migrations = await client.query<Manifest["migrations"][number]>(
      "select number, name, sha256 from schema_migration order by number",
    );
    const tables: BackupTable[] = [];
    const names = await tableNames(client);
    const paths = await namedFiles(client);
    // Each file is read twice: for its hash here, into the backup then.
    const total = names.length + 2 * paths.length;
    for (const [index, name] of names.entries()) {
      options.onProgress?.(index, total, name);
      options.signal?.throwIfAborted();
      tables.push(await spoolTable(client, name, staging, options.signal));
    }
    await client.query("commit");
    const files: BackupFile[] = [];
    const missing: string[] = [];
    for (const [index, path] of paths.entries()) {
      options.onProgress?.(names.length + index, total, path);
      options.signal?.throwIfAborted();
      const file = await describeFile(options.dataFolder, path);
      if (file !== undefined) files.push(file);
      else if (mayLack) missing.push(path);
      else throw new FileRemoved(path);
    }
    return {
      format: backupFormat,
      release: options.release,
      createdAt: options.now().toISOString(),
      migrations: migrations.rows,
      tables,
      files,
      missing,
    };
  } catch (error) {
    // Its transaction may be open, and its copy half read.
    broken = error as Error;
    throw error;
  } finally {
    client.release(broken);
  }
}

/** Ordinary and partitioned tables, not their partitions; parents before children, so that restoring keeps foreign keys. */
async function tableNames(client: PoolClient): Promise<string[]> {
  const found = await client.query<{ name: string }>(
    `select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition and c.relname not in ('schema_migration', 'session') order by c.relname`,
  );
  return found.rows.map((row) => row.name);
}

async function spoolTable(client: PoolClient, name: string, staging: string, signal?: AbortSignal): Promise<BackupTable> {
  const columns = await client.query<{ column_name: string }>(
    "select column_name from information_schema.columns where table_schema = 'public' and table_name = $1 and is_generated = 'NEVER' order by ordinal_position",
    [name],
  );
  const names = columns.rows.map((row) => row.column_name);
  const stream = client.query(copyTo(`copy (select ${names.map((column) => `"${column}"`).join(", ")} from "${name}") to stdout`));
  const path = join(staging, `${name}.copy`);
  const { sha256, sizeBytes } = await hashInto(stream, path, signal);
  return { name, columns: names, rowCount: stream.rowCount, sizeBytes, sha256 };
}

async function hashInto(source: Readable, path: string, signal?: AbortSignal): Promise<{ sha256: string; sizeBytes: number }> {
  const hashing = createHash("sha256");
  let sizeBytes = 0;
  source.on("data", (chunk: Buffer) => {
    hashing.update(chunk);
    sizeBytes += chunk.byteLength;
  });
  await pipeline(source, createWriteStream(path, { mode: 0o600 }), { ...(signal === undefined ? {} : { signal }) });
  return { sha256: hashing.digest("hex"), sizeBytes };
}

/** Files that the snapshot's rows name, below the data folder. */
async function namedFiles(client: PoolClient): Promise<string[]> {
  const found = await client.query<{ path: string }>(
    `select 'tables/' || v.table_id || '/' || v.number || '.parquet' as path
       from stored_table_version v join stored_table t on t.id = v.table_id where t.deleted_at is null
     union select 'artifacts/' || left(sha256, 2) || '/' || sha256 || '.mglf' from model_version order by path`,
  );
  return found.rows.map(({ path }) => path);
}

/** Undefined when it is not there. */
async function describeFile(dataFolder: string, path: string): Promise<BackupFile | undefined> {
  const hashing = createHash("sha256");
  let sizeBytes = 0;
  try {
    for await (const chunk of createReadStream(join(dataFolder, path))) {
      hashing.update(chunk as Buffer);
      sizeBytes += (chunk as Buffer).byteLength;
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  return { path, sizeBytes, sha256: hashing.digest("hex") };
}

async function write(options: BackupOptions, manifest: Manifest, staging: string, target: string): Promise<void> {
  const tar = newTar();
  const writing = pipeline(tar, createWriteStream(target, { mode: 0o600 }));
  const text = Buffer.from(JSON.stringify(manifest, null, 2));
  await addText(tar, "manifest.json", text);
  await addText(tar, "manifest.sha256", Buffer.from(hash("sha256", text, "hex")));
  for (const table of manifest.tables) await addFile(tar, `rows/${table.name}.copy`, join(staging, `${table.name}.copy`), table.sizeBytes);
  for (const [index, file] of manifest.files.entries()) {
    const total = manifest.tables.length + 2 * manifest.files.length;
    options.onProgress?.(manifest.tables.length + manifest.files.length + index, total, file.path);
    options.signal?.throwIfAborted();
    await addFile(tar, file.path, join(options.dataFolder, file.path), file.sizeBytes);
  }
  tar.finalize();
  await writing;
  const handle = await open(target, "r+");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function addText(tar: Pack, name: string, text: Buffer): Promise<void> {
  return new Promise((done, fail) => tar.entry({ name, size: text.byteLength }, text, (error) => (error ? fail(error) : done())));
}

async function addFile(tar: Pack, name: string, path: string, size: number): Promise<void> {
  const entry = tar.entry({ name, size });
  await pipeline(createReadStream(path), entry);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
