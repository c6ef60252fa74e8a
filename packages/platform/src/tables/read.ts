/**
 * Reads columns of a stored table as numbers for an engine, and single rows for people.
 *
 * values f64[rows]: numeric as is · boolean 0/1 · date milliseconds since 1970 UTC · category index into `categories`,
 * which are sorted by code point; missing is NaN. Streamed in chunks of 2,048 rows: held are only the values asked for.
 */
import type { DuckDBResult } from "@duckdb/node-api";
import { MegalithError } from "@megalith/contract";
import { type Column, type ColumnKind, columnFromDuckdb } from "./column.ts";
import { kindExpression } from "./conversion.ts";
import { Duckdb, identifier, text } from "./duckdb.ts";
import { defaultLimits } from "./limits.ts";

export interface TableColumn {
  readonly name: string;
  readonly kind: ColumnKind;
  readonly values: Float64Array;
  /** Of a category column: its distinct texts, sorted by code point. */
  readonly categories?: readonly string[];
}

export interface ReadOptions {
  /** Names in the order wanted; all when absent. */
  readonly columns?: readonly string[] | undefined;
  /** Kinds as a person corrected them, by column name. */
  readonly kinds?: Readonly<Record<string, ColumnKind>> | undefined;
  /** A condition in DuckDB SQL, from our own code only, for example `"amount" is not null`. */
  readonly where?: string | undefined;
  readonly limit?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface TableContent {
  readonly rowCount: number;
  readonly columns: readonly TableColumn[];
}

/** The columns of a Parquet file that an import or a view made. */
export async function describeTable(parquetPath: string): Promise<Column[]> {
  return Duckdb.with({ files: [parquetPath], limits: defaultLimits }, (duckdb) => describeIn(duckdb, parquetPath));
}

async function describeIn(duckdb: Duckdb, parquetPath: string): Promise<Column[]> {
  const described = await duckdb.describe(`select * from read_parquet(${text(parquetPath)})`);
  return described.flatMap(({ name, type }) => columnFromDuckdb(name, type) ?? []);
}

/**
 * Reads columns whole.
 * @throws MegalithError "tables.column_unknown".
 * Cost: 8 bytes per cell asked for, plus the distinct texts.
 */
export async function readTable(parquetPath: string, options: ReadOptions = {}): Promise<TableContent> {
  return Duckdb.with({ files: [parquetPath], limits: defaultLimits, signal: options.signal }, async (duckdb) => {
    const columns = chooseColumns(await describeIn(duckdb, parquetPath), options.columns).map((column) => withKind(column, options.kinds));
    const source = sourceOf(parquetPath, options);
    const counted = await duckdb.rows(`select count(*) from ${source}`);
    const rowCount = Number(counted[0]?.[0] ?? 0);
    const categories = await readCategories(duckdb, source, columns);
    const values = columns.map(() => new Float64Array(rowCount));
    const select = columns.map((column, index) => numberExpression(column, index)).join(", ");
    if (columns.length > 0) await fill(await duckdb.stream(`select ${select} from ${source}`), values, duckdb);
    return {
      rowCount,
      columns: columns.map(({ name, kind }, index): TableColumn => {
        const own = { name, kind, values: values[index] as Float64Array };
        const texts = categories[index];
        return texts === undefined ? own : { ...own, categories: texts };
      }),
    };
  });
}

function chooseColumns(all: readonly Column[], names: readonly string[] | undefined): Column[] {
  if (names === undefined) return [...all];
  return names.map((name) => {
    const column = all.find((candidate) => candidate.name === name);
    if (column === undefined) throw new MegalithError("tables.column_unknown", { values: { column: name } });
    return column;
  });
}

function withKind(column: Column, kinds: ReadOptions["kinds"] = {}): Column {
  return Object.hasOwn(kinds, column.name) ? { ...column, kind: kinds[column.name] ?? column.kind } : column;
}

function sourceOf(parquetPath: string, { where, limit }: ReadOptions): string {
  const condition = where === undefined ? "" : ` where (${where}\n)`;
  const bound = limit === undefined ? "" : ` limit ${Math.max(0, Math.floor(limit))}`;
  const rows = `read_parquet(${text(parquetPath)})`;
  return condition === "" && bound === "" ? rows : `(select * from ${rows}${condition}${bound})`;
}

/** Texts of each category column; an enumeration type in DuckDB turns them into codes in the main pass. */
async function readCategories(duckdb: Duckdb, source: string, columns: readonly Column[]): Promise<(string[] | undefined)[]> {
  const all: (string[] | undefined)[] = [];
  for (const [index, column] of columns.entries()) {
    if (column.kind !== "category") {
      all.push(undefined);
      continue;
    }
    const cell = kindExpression(column);
    await duckdb.run(`create type e${index} as enum (select distinct ${cell} from ${source} where ${cell} is not null order by 1)`);
    const rows = await duckdb.rows(`select unnest(enum_range(null::e${index}))::varchar`);
    all.push(rows.map((row) => String(row[0])));
  }
  return all;
}

function numberExpression(column: Column, index: number): string {
  const cell = kindExpression(column);
  if (column.kind === "category") return `enum_code((${cell})::e${index})::double`;
  return column.kind === "date" ? `epoch_ms(${cell})::double` : `(${cell})::double`;
}

async function fill(result: DuckDBResult, values: readonly Float64Array[], duckdb: Duckdb): Promise<void> {
  let row = 0;
  for (let chunk = await result.fetchChunk(); chunk !== null; chunk = await result.fetchChunk()) {
    const { rowCount } = chunk;
    if (rowCount === 0) break;
    for (let column = 0; column < values.length; column++) {
      const vector = chunk.getColumnVector(column);
      const target = values[column] as Float64Array;
      for (let index = 0; index < rowCount; index++) target[row + index] = (vector.getItem(index) as number | null) ?? Number.NaN;
    }
    row += rowCount;
    duckdb.throwIfAborted();
  }
}

/** The texts of a column, row by row; missing is null. Categories are shared strings. */
export function columnTexts(column: TableColumn): (string | null)[] {
  return Array.from(column.values, (value) => {
    if (Number.isNaN(value)) return null;
    if (column.kind === "category") return column.categories?.[value] ?? null;
    if (column.kind === "boolean") return value === 1 ? "true" : "false";
    return column.kind === "date" ? new Date(value).toISOString() : String(value);
  });
}

export type CellValue = string | number | boolean | null;

/** Rows as JSON may carry them: dates as ISO 8601 text, integers beyond 2^53 as text. */
export async function readRows(
  parquetPath: string,
  options: { offset?: number; limit?: number; columns?: readonly string[] } = {},
): Promise<{
  columns: Column[];
  rows: CellValue[][];
}> {
  const offset = Math.max(0, Math.floor(options.offset ?? 0));
  const limit = Math.max(0, Math.floor(options.limit ?? 100));
  return Duckdb.with({ files: [parquetPath], limits: { ...defaultLimits, threads: 1 } }, async (duckdb) => {
    const columns = chooseColumns(await describeIn(duckdb, parquetPath), options.columns);
    const select = columns.map(jsonExpression).join(", ");
    const rows = await duckdb.rows(`select ${select} from read_parquet(${text(parquetPath)}) limit ${limit} offset ${offset}`);
    return { columns, rows: rows.map((row) => row.map((cell, index) => safeCell(cell as CellValue, columns[index] as Column))) };
  });
}

/**
 * Every row in the file's order, in pieces of at most 2,048, as a service's record takes its cells: numbers, booleans,
 * texts, dates as ISO 8601; missing is null. Streamed.
 * @throws MegalithError "tables.column_unknown", "tables.cancelled".
 */
export async function* streamRows(
  parquetPath: string,
  options: Pick<ReadOptions, "columns" | "signal"> = {},
): AsyncGenerator<CellValue[][]> {
  const duckdb = await Duckdb.open({ files: [parquetPath], limits: { ...defaultLimits, threads: 1 }, signal: options.signal });
  try {
    const columns = chooseColumns(await describeIn(duckdb, parquetPath), options.columns);
    const select = columns.map((column) => (column.kind === "numeric" ? kindExpression(column) : jsonExpression(column))).join(", ");
    const result = await duckdb.stream(`select ${select} from read_parquet(${text(parquetPath)})`);
    for await (const rows of result.yieldRowsJson()) {
      duckdb.throwIfAborted();
      yield rows as CellValue[][];
    }
  } finally {
    duckdb.close();
  }
}

function safeCell(cell: CellValue, { storage }: Column): CellValue {
  if (storage !== "BIGINT" || cell === null) return cell;
  return Number.isSafeInteger(Number(cell)) ? Number(cell) : cell;
}

function jsonExpression(column: Column): string {
  const name = identifier(column.name);
  if (column.storage === "TIMESTAMP") return `strftime(${name}, '%Y-%m-%dT%H:%M:%S.%gZ')`;
  if (column.storage === "DATE") return `strftime(${name}, '%Y-%m-%d')`;
  if (column.storage === "BIGINT") return `${name}::bigint`;
  return name;
}
