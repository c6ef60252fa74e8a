/**
 * Builds a data folder from a backup, in a folder beside it that becomes the data folder by one rename at the end.
 *
 * Every entry is checked against the manifest's SHA-256 and count; one that is missing, extra or altered refuses the whole.
 */
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { MegalithError } from "@megalith/contract";
import { inTransaction, makeDraftFolder, migrate, openPool, readMigrations, startEmbeddedPostgres } from "@megalith/platform/foundation";
import type { Pool, PoolClient } from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { extract } from "tar-stream";
import { type BackupTable, hasManifestHash, type Manifest, parseManifest } from "./manifest.ts";
import { type OnProgress, steadyProgress } from "./steady-progress.ts";

export interface RestoreOptions {
  /** Missing or empty. */
  readonly dataFolder: string;
  readonly file: string;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

/** @throws MegalithError "backup.folder_not_empty", "backup.unreadable", "server.data_newer". */
export async function restore(given: RestoreOptions): Promise<Manifest> {
  const options = { ...given, onProgress: steadyProgress(given.onProgress) };
  const target = resolve(options.dataFolder);
  const present = await readdir(target).catch(() => []);
  if (present.length > 0) throw new MegalithError("backup.folder_not_empty", { values: { folder: target } });
  await mkdir(dirname(target), { recursive: true });
  const building = await makeDraftFolder(target);
  try {
    const manifest = await unpack(options, building);
    await fill(options, manifest, building);
    await rm(join(building, "rows"), { recursive: true });
    await rm(target, { recursive: true, force: true });
    await rename(building, target);
    return manifest;
  } catch (error) {
    await rm(building, { recursive: true, force: true });
    throw error;
  }
}

async function unpack(options: RestoreOptions, building: string): Promise<Manifest> {
  let manifest: Manifest | undefined;
  /** What the next entry must say. */
  let listHash: string | undefined;
  const waiting = new Map<string, { sizeBytes: number; sha256: string }>();
  const tar = extract();
  const reading = pipeline(createReadStream(options.file), tar);
  // A file that ends too early ends its last entry without a word: whoever copies that entry would wait forever.
  const broken = new AbortController();
  reading.catch((error: Error) => broken.abort(error));
  try {
    let doneBytes = 0;
    for await (const entry of tar) {
      options.signal?.throwIfAborted();
      const { name } = entry.header;
      if (manifest === undefined) {
        if (name !== "manifest.json" || (entry.header.size ?? 0) > 256 * 1024 * 1024) throw new Error("it does not begin with a manifest");
        const listed = await text(entry);
        manifest = parseManifest(listed);
        listHash = hasManifestHash(manifest) ? createHash("sha256").update(listed).digest("hex") : undefined;
        for (const table of manifest.tables) waiting.set(`rows/${table.name}.copy`, table);
        for (const file of manifest.files) waiting.set(file.path, file);
        continue;
      }
      if (listHash !== undefined) {
        if (name !== "manifest.sha256" || (await text(entry)) !== listHash) throw new Error("its manifest is damaged");
        listHash = undefined;
        continue;
      }
      const expected = waiting.get(name);
      if (expected === undefined) throw new Error(`${name} is not in its manifest`);
      waiting.delete(name);
      options.onProgress?.(doneBytes, totalBytes(manifest), name);
      doneBytes += expected.sizeBytes;
      const path = join(building, name);
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const hash = createHash("sha256");
      entry.on("data", (chunk) => hash.update(chunk as Buffer));
      await pipeline(entry, createWriteStream(path, { mode: 0o600, flush: true }), { signal: broken.signal });
      if (hash.digest("hex") !== expected.sha256) throw new Error(`${name} is damaged`);
    }
    await reading;
    if (manifest === undefined) throw new Error("it is empty");
    if (listHash !== undefined) throw new Error("it ends after its manifest");
    const missing = waiting.keys().next().value;
    if (missing !== undefined) throw new Error(`${missing} is missing`);
    return manifest;
  } catch (cause) {
    if (cause instanceof MegalithError || options.signal?.aborted === true) throw cause;
    const reason = (broken.signal.reason ?? cause) as Error;
    throw unreadable(options.file, reason.message, reason);
  }
}

/** Of the whole work: what is unpacked, and the rows once more as they go into the database. */
function totalBytes({ tables, files }: Manifest): number {
  return sum(files) + 2 * sum(tables);
}

function sum(parts: readonly { readonly sizeBytes: number }[]): number {
  return parts.reduce((total, { sizeBytes }) => total + sizeBytes, 0);
}

function unreadable(file: string, reason: string, cause?: unknown): MegalithError {
  return new MegalithError("backup.unreadable", { values: { file, reason }, cause });
}

async function fill(options: RestoreOptions, manifest: Manifest, building: string): Promise<void> {
  const known = await readMigrations();
  for (const migration of manifest.migrations) {
    const own = known.find((candidate) => candidate.number === migration.number);
    if (own === undefined) throw new MegalithError("server.data_newer", { values: { migration: migration.name } });
    if (own.sha256 !== migration.sha256) throw new MegalithError("server.data_altered", { values: { migration: migration.name } });
  }
  await mkdir(join(building, "rows"), { recursive: true });
  const postgres = await startEmbeddedPostgres({ folder: join(building, "postgres"), log: () => undefined });
  try {
    const pool = openPool({ connectionString: postgres.url, max: 2 });
    try {
      await migrate(pool, known.slice(0, manifest.migrations.length));
      await copyRows(pool, options, manifest, building);
      await migrate(pool, known);
    } finally {
      await pool.end();
    }
  } finally {
    await postgres.stop();
  }
}

async function copyRows(pool: Pool, options: RestoreOptions, manifest: Manifest, building: string): Promise<void> {
  await inTransaction(pool, async (client) => {
    // Foreign keys and the triggers that refuse changes are checked where the rows were first written.
    await client.query("set local session_replication_role = replica");
    let doneBytes = sum(manifest.files) + sum(manifest.tables);
    for (const table of manifest.tables) {
      options.onProgress?.(doneBytes, totalBytes(manifest), table.name);
      doneBytes += table.sizeBytes;
      options.signal?.throwIfAborted();
      const path = join(building, "rows", `${table.name}.copy`);
      if (table.name === "decision") await makePartitions(client, table, path);
      const stream = client.query(copyFrom(`copy "${table.name}" (${table.columns.map((name) => `"${name}"`).join(", ")}) from stdin`));
      await pipeline(createReadStream(path), stream).catch((cause: Error) => {
        options.signal?.throwIfAborted();
        throw unreadable(options.file, `${table.name} cannot be read: ${cause.message}`, cause);
      });
      if (stream.rowCount !== table.rowCount)
        throw unreadable(options.file, `${table.name} has ${stream.rowCount} rows and not ${table.rowCount}`);
    }
  });
}

/** A row finds no home without its day: the days are read from the copy itself. */
async function makePartitions(client: PoolClient, table: BackupTable, path: string): Promise<void> {
  const position = table.columns.indexOf("day");
  const days = new Set<string>();
  let rest = "";
  for await (const chunk of createReadStream(path, "utf8")) {
    const lines = (rest + (chunk as string)).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) days.add(line.split("\t")[position] ?? "");
  }
  for (const day of days) await client.query("select ensure_decision_partition($1::date)", [day]);
}
