/**
 * The fast path of an import: DuckDB reads a clean UTF-8 CSV file on all threads, enforces every column's kind with the
 * rules of cell.ts, and writes Parquet (zstd) in the rows' order.
 *
 * `new_line` is named for our own files only: naming it in strict mode lost every row of a \r\n file (1.5.6). Any doubt is an error
 * here; the caller then takes the exact path, which says what is wrong and where.
 */
import { anyNumberPattern, falseWords, isoFormat, missingPattern, numberPattern, trueWords } from "./cell.ts";
import type { Column } from "./column.ts";
import type { Dialect } from "./csv.ts";
import { type Duckdb, identifier, text } from "./duckdb.ts";
import type { ColumnPlan } from "./plan.ts";

export interface LoadSource {
  readonly path: string;
  readonly dialect: Dialect;
  readonly header: boolean;
  readonly lineBytes: number;
  /** The file's every line ends with a bare newline, whatever its cells hold. */
  readonly bareNewlines?: boolean;
}

/** @returns the number of rows written. Cost: one pass over the file, a few buffers of 32 MB. */
export async function loadCsv(duckdb: Duckdb, source: LoadSource, columns: readonly ColumnPlan[], parquetPath: string): Promise<number> {
  const select = columns.map((column, index) => `${cellExpression(column, `c${index}`)} as ${identifier(column.name)}`);
  const types = columns.map(() => "VARCHAR");
  return copyToParquet(duckdb, `select ${select.join(", ")} from ${readCsv(source, types)}`, parquetPath, columns.length);
}

/** Loads our own canonical file, whose every cell is checked already: DuckDB reads it in its final types, lean even with thousands of columns. */
export async function loadCanonicalCsv(
  duckdb: Duckdb,
  source: LoadSource,
  columns: readonly Column[],
  parquetPath: string,
): Promise<number> {
  const select = columns.map((column, index) => `c${index} as ${identifier(column.name)}`);
  const types = columns.map(({ storage }) => storage);
  return copyToParquet(duckdb, `select ${select.join(", ")} from ${readCsv(source, types)}`, parquetPath, columns.length);
}

function readCsv(source: LoadSource, types: readonly string[]): string {
  const columns = types.map((type, index) => `'c${index}': '${type}'`).join(", ");
  const { delimiter, quote, escape: mark } = source.dialect;
  return `read_csv(${text(source.path)}, auto_detect = false, columns = {${columns}}, header = ${source.header}, delim = ${text(delimiter)},
    quote = ${text(quote)}, escape = ${text(quote === "" ? "" : mark)}, nullstr = '',
    ${source.bareNewlines === true ? "new_line = '\\n', " : ""}allow_quoted_nulls = true, strict_mode = true, null_padding = false,
    ignore_errors = false, max_line_size = ${source.lineBytes})`;
}

function wordList(words: readonly string[]): string {
  return `(${words.map(text).join(", ")})`;
}

/** Patterns, not IN lists: DuckDB makes a join of a long IN list, and that costs every row (twice the time, measured). */
function cellExpression(column: ColumnPlan, cell: string): string {
  const otherwise = `when ${cell} is null then null when regexp_full_match(${cell}, ${text(missingPattern)}) then null else error('cell') end`;
  if (column.kind === "category") return cell;
  if (column.kind === "numeric") {
    const point = column.mark === "," ? `replace(${cell}, ',', '.')` : cell;
    const guard = column.mark === "," ? `when contains(${cell}, '.') then error('cell')` : "";
    return `case ${guard} when regexp_full_match(${point}, ${text(column.declared ? anyNumberPattern : numberPattern)}) then cast(${point} as double) ${otherwise}`;
  }
  if (column.kind === "boolean") {
    const word = `lower(trim(${cell}))`;
    return `case when ${word} in ${wordList(trueWords)} then true when ${word} in ${wordList(falseWords)} then false ${otherwise}`;
  }
  const pattern = text(column.date.pattern);
  if (column.date.format !== "iso")
    return `case when regexp_full_match(${cell}, ${pattern}) then strptime(${cell}, ${text(column.date.format)}) ${otherwise}`;
  const local = text(`${isoFormat.pattern.slice(0, isoFormat.pattern.indexOf("(?:Z|"))})?`);
  return `case when regexp_full_match(${cell}, ${local}) then date_trunc('millisecond', cast(${cell} as timestamp))
    when regexp_full_match(${cell}, ${pattern}) then date_trunc('millisecond', cast(cast(${cell} as timestamptz) as timestamp)) ${otherwise}`;
}

/** Row groups hold about 16 million cells at most: the writer keeps one whole in memory. */
export async function copyToParquet(duckdb: Duckdb, query: string, parquetPath: string, width: number): Promise<number> {
  const groupRows = Math.max(2048, Math.min(122_880, Math.floor(16_000_000 / width)));
  const rows = await duckdb.rows(
    `copy (${query}\n) to ${text(parquetPath)} (format parquet, compression zstd, row_group_size ${groupRows})`,
  );
  return Number(rows[0]?.[0] ?? 0);
}

/** Whether a stored column holds an infinity, as a number with a huge exponent makes one. */
export async function hasInfinity(duckdb: Duckdb, columns: readonly Column[], parquetPath: string): Promise<boolean> {
  const doubles = columns.filter((column) => column.storage === "DOUBLE");
  if (doubles.length === 0) return false;
  const tests = doubles.map((column) => `coalesce(bool_or(isinf(${identifier(column.name)})), false)`);
  const rows = await duckdb.rows(`select ${tests.join(" or ")} from read_parquet(${text(parquetPath)})`);
  return rows[0]?.[0] === true;
}
