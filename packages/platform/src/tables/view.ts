/**
 * Runs a view: a person's SELECT over stored tables becomes a Parquet file of our own kinds.
 *
 * Bounded in memory, temporary disk, time and rows; cancelled by its signal; what it read is its lineage.
 */
import { join } from "node:path";
import { MegalithError, type Problem, problem } from "@megalith/contract";
import { type Column, checkColumnNames, columnFromDuckdb } from "./column.ts";
import { isDatable } from "./conversion.ts";
import { Duckdb, identifier, text } from "./duckdb.ts";
import { defaultLimits, limitsForWidth, type TableLimits } from "./limits.ts";
import { copyToParquet } from "./load.ts";
import { createWorkspace, hashFile, removeWorkspace, syncFile } from "./staging.ts";
import { guardView, sqlPath, sqlProblem } from "./view-guard.ts";

export interface ViewOptions {
  readonly sql: string;
  /** Parquet files by the names that the SQL uses. */
  readonly tables: Readonly<Record<string, string>>;
  /** Staging folder. */
  readonly folder: string;
  readonly limits?: Partial<TableLimits> | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface ViewResult {
  readonly parquetPath: string;
  readonly workspace: string;
  readonly rowCount: number;
  readonly columns: readonly Column[];
  readonly sha256: string;
  readonly parquetBytes: number;
  /** Names of the tables that it read, sorted. */
  readonly reads: readonly string[];
}

/** @throws MegalithError "tables.view_refused", "tables.view_failed", "tables.view_limit", "tables.cancelled". */
export async function runView(options: ViewOptions): Promise<ViewResult> {
  const limits: TableLimits = { ...defaultLimits, ...options.limits };
  const reads = await checkView(options.sql, Object.keys(options.tables));
  const workspace = await createWorkspace(options.folder);
  try {
    const parquetPath = join(workspace, "table.parquet");
    const { columns, rowCount } = await withTimeLimit(limits, options.signal, (signal) =>
      wordFailures(limits, () => execute(options, limits, workspace, signal)),
    );
    await syncFile(parquetPath);
    const { sha256, bytes } = await hashFile(parquetPath);
    return { parquetPath, workspace, rowCount, columns, sha256, parquetBytes: bytes, reads };
  } catch (cause) {
    await removeWorkspace(workspace);
    throw cause;
  }
}

/** Judges the SQL without running it, in a database that can reach nothing. Returns the tables that it reads, sorted. */
export async function checkView(sql: string, names: readonly string[]): Promise<string[]> {
  return Duckdb.with({ limits: { ...defaultLimits, threads: 1, memoryMegabytes: 256 } }, (duckdb) => guardView(duckdb, sql, names));
}

const viewName = identifier("\u0001view");

/** Twice opened: the first time only to learn the columns, whose number decides the memory for writing. */
async function execute(
  options: ViewOptions,
  limits: TableLimits,
  workspace: string,
  signal: AbortSignal,
): Promise<{ columns: Column[]; rowCount: number }> {
  const access = { directories: [workspace], files: Object.values(options.tables), signal };
  const described = await Duckdb.with({ ...access, limits }, async (duckdb) => {
    await defineView(duckdb, options);
    return duckdb.describe(`select * from ${viewName}`);
  });
  const columns = checkColumns(described, limits.columns);
  const rowCount = await Duckdb.with({ ...access, limits: limitsForWidth(limits, columns.length) }, async (duckdb) => {
    await defineView(duckdb, options);
    const select = columns
      .map((column, index) => `${storedAs(column, described[index]?.type ?? "")} as ${identifier(column.name)}`)
      .join(", ");
    return copyToParquet(
      duckdb,
      `select ${select} from ${viewName} limit ${limits.rows + 1}`,
      join(workspace, "table.parquet"),
      columns.length,
    );
  });
  if (rowCount > limits.rows) throw new MegalithError("tables.view_limit", { values: { limit: `${limits.rows} rows` } });
  if (rowCount === 0) throw new MegalithError("tables.view_failed", { problems: [problem(sqlPath, "rows", "viewNoRows")] });
  return { columns, rowCount };
}

async function defineView(duckdb: Duckdb, { sql, tables }: ViewOptions): Promise<void> {
  for (const [name, path] of Object.entries(tables))
    await duckdb.run(`create view ${identifier(name)} as select * from read_parquet(${text(path)})`);
  await duckdb.run(`create view ${viewName} as ${sql}`);
}

async function wordFailures<T>(limits: TableLimits, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof MegalithError) throw cause;
    const message = String(cause);
    if (/Out of Memory/i.test(message))
      throw new MegalithError("tables.view_limit", { values: { limit: `${limits.memoryMegabytes} MB of memory` }, detail: message, cause });
    throw new MegalithError("tables.view_failed", { problems: [sqlProblem("", message)], detail: message, cause });
  }
}

function checkColumns(described: readonly { name: string; type: string }[], maxColumns: number): Column[] {
  checkColumnNames(
    described.map(({ name }) => name),
    maxColumns,
  );
  const problems: Problem[] = [];
  const columns = described.map(({ name, type }, index) => {
    const column = columnFromDuckdb(name, type);
    if (column === undefined) problems.push(problem(`/columns/${index}`, "type", "columnType", { name, type: type.slice(0, 60) }));
    return column;
  });
  if (problems.length > 0)
    throw new MegalithError("tables.columns_invalid", { values: { count: problems.length }, problems: problems.slice(0, 100) });
  return columns.filter((column) => column !== undefined);
}

/** A number that is not finite, a date beyond the years 1 to 9999 and a text with a zero byte become missing: nothing of ours stores one. */
function storedAs(column: Column, type: string): string {
  const cast = `cast(${identifier(column.name)} as ${column.storage})`;
  if (type === "DOUBLE" || type === "FLOAT") return `if(isfinite(${cast}), ${cast}, null)`;
  if (column.storage === "VARCHAR") return `if(contains(${cast}, chr(0)), null, ${cast})`;
  if (column.storage === "TIMESTAMP") return `if(${isDatable(cast)}, ${cast}, null)`;
  return column.storage === "DATE" ? `if(${cast} between date '0001-01-01' and date '9999-12-31', ${cast}, null)` : cast;
}

async function withTimeLimit<T>(
  limits: TableLimits,
  outer: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const time = AbortSignal.timeout(limits.viewMs);
  try {
    return await work(outer === undefined ? time : AbortSignal.any([outer, time]));
  } catch (cause) {
    if (time.aborted && outer?.aborted !== true && cause instanceof MegalithError && cause.code === "tables.cancelled")
      throw new MegalithError("tables.view_limit", { values: { limit: `${limits.viewMs / 1000} seconds` } });
    throw cause;
  }
}
