/**
 * One DuckDB in memory for one piece of work: bounded memory and threads, no network, no extension downloads, and no
 * file but those that are named here. The configuration is locked before any statement of the work runs.
 */
import { type DuckDBConnection, DuckDBInstance, type DuckDBResult, type Json } from "@duckdb/node-api";
import { MegalithError } from "@megalith/contract";
import type { TableLimits } from "./limits.ts";

export interface DuckdbOptions {
  readonly limits: TableLimits;
  /** Directories that may be read and written; temporary spill goes to the first. */
  readonly directories?: readonly string[];
  /** Single files that may be read. */
  readonly files?: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

export class Duckdb {
  private readonly instance: DuckDBInstance;
  private readonly connection: DuckDBConnection;
  private readonly signal: AbortSignal | undefined;

  private constructor(instance: DuckDBInstance, connection: DuckDBConnection, signal: AbortSignal | undefined) {
    this.instance = instance;
    this.connection = connection;
    this.signal = signal;
  }

  static async open({ limits, directories = [], files = [], signal }: DuckdbOptions): Promise<Duckdb> {
    const temporary = directories[0];
    const instance = await DuckDBInstance.create(":memory:", {
      memory_limit: `${limits.memoryMegabytes}MB`,
      threads: String(limits.threads),
      temp_directory: temporary === undefined ? "" : `${temporary}/spill`,
      ...(temporary === undefined ? {} : { max_temp_directory_size: `${limits.temporaryMegabytes}MB` }),
      autoinstall_known_extensions: "false",
      autoload_known_extensions: "false",
      allow_community_extensions: "false",
      preserve_insertion_order: "true",
    });
    const connection = await instance.connect();
    const duckdb = new Duckdb(instance, connection, signal);
    try {
      await connection.run("set TimeZone = 'UTC'");
      await connection.run("set parquet_metadata_cache = true");
      await connection.run(`set allowed_directories = [${directories.map((path) => text(`${path}/`)).join(", ")}]`);
      await connection.run(`set allowed_paths = [${files.map(text).join(", ")}]`);
      await connection.run("set enable_external_access = false");
      await connection.run("set lock_configuration = true");
    } catch (cause) {
      duckdb.close();
      throw cause;
    }
    return duckdb;
  }

  /** Opens, works and closes, whatever happens. */
  static async with<T>(options: DuckdbOptions, work: (duckdb: Duckdb) => Promise<T>): Promise<T> {
    const duckdb = await Duckdb.open(options);
    try {
      return await work(duckdb);
    } finally {
      duckdb.close();
    }
  }

  /** Runs one statement; the reply's rows are JSON-safe (64-bit integers and decimals as text). */
  async rows(sql: string): Promise<Json[][]> {
    return this.interruptible(async () => (await this.connection.runAndReadAll(sql)).getRowsJson());
  }

  async run(sql: string): Promise<void> {
    await this.interruptible(() => this.connection.run(sql));
  }

  /** Column names and DuckDB type names of a query, without running it. */
  async describe(query: string): Promise<{ name: string; type: string }[]> {
    const rows = await this.rows(`describe ${query}`);
    return rows.map((row) => ({ name: String(row[0]), type: String(row[1]) }));
  }

  async stream(sql: string): Promise<DuckDBResult> {
    return this.interruptible(() => this.connection.stream(sql));
  }

  /** Interrupts the statement again and again once the signal fires: an interrupt before its start would be lost. */
  async interruptible<T>(work: () => Promise<T>): Promise<T> {
    this.throwIfAborted();
    let timer: NodeJS.Timeout | undefined;
    const interrupt = (): void => {
      this.connection.interrupt();
      timer ??= setInterval(() => this.connection.interrupt(), 20);
    };
    this.signal?.addEventListener("abort", interrupt, { once: true });
    try {
      return await work();
    } catch (cause) {
      this.throwIfAborted();
      throw storageError(cause);
    } finally {
      this.signal?.removeEventListener("abort", interrupt);
      clearInterval(timer);
    }
  }

  throwIfAborted(): void {
    if (this.signal?.aborted === true) throw new MegalithError("tables.cancelled");
  }

  close(): void {
    this.connection.closeSync();
    this.instance.closeSync();
  }
}

function storageError(cause: unknown): unknown {
  const message = String(cause);
  return /No space left on device|max_temp_directory_size/i.test(message)
    ? new MegalithError("tables.storage_full", { cause, detail: message })
    : cause;
}

/** A string literal. */
export function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/** A quoted identifier. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
