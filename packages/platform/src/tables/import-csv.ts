/**
 * Imports one staged CSV file: finds out how it is written, then tries the fast path and falls back to the exact one.
 */
import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import { MegalithError } from "@megalith/contract";
import { cleanCsv } from "./clean.ts";
import { type Column, checkColumnNames, repairColumnNames } from "./column.ts";
import type { Dialect } from "./csv.ts";
import { checkOverrides, inferDecimal, inferHeader, type Sample, sniffDialect } from "./dialect.ts";
import { Duckdb } from "./duckdb.ts";
import { decodeFile, detectEncoding, type Encoding } from "./encoding.ts";
import type { ImportedRows, ImportMode, ImportOverrides } from "./import.ts";
import { limitsForWidth, type TableLimits, wideColumns } from "./limits.ts";
import { hasInfinity, type LoadSource, loadCanonicalCsv, loadCsv } from "./load.ts";
import { type ColumnPlan, planColumns } from "./plan.ts";
import type { StagedFile } from "./staging.ts";

export interface CsvContext {
  readonly staged: StagedFile;
  readonly workspace: string;
  readonly parquetPath: string;
  readonly mode: ImportMode;
  readonly overrides: ImportOverrides;
  readonly limits: TableLimits;
  readonly signal: AbortSignal | undefined;
}

/** DuckDB's own bound of one line; a larger one costs threads, so only the exact path asks for it. */
const defaultLineBytes = 2_000_000;
const sampleBytes = 4 << 20;
const sampleRows = 20_000;

interface Layout {
  readonly encoding: Encoding;
  readonly dialect: Dialect;
  readonly header: boolean;
  readonly columns: readonly ColumnPlan[];
  /** Nothing in the sample speaks against the fast path. */
  readonly plain: boolean;
}

export async function importCsv(context: CsvContext): Promise<ImportedRows> {
  const layout = await findLayout(context);
  const { dialect, encoding, header, columns } = layout;
  const fastRows = mayLoadFast(context.staged, layout) ? await loadFast(context, layout) : undefined;
  const result = fastRows === undefined ? await loadExact(context, layout) : { rowCount: fastRows, rejected: [], rejectedCount: 0 };
  if (result.rowCount > context.limits.rows) throw new MegalithError("tables.too_many_rows", { values: { limit: context.limits.rows } });
  return {
    ...result,
    columns: columns.map(({ name, kind, storage }): Column => ({ name, kind, storage })),
    dialect: {
      format: "csv",
      compressed: context.staged.compressed,
      encoding: encoding.name,
      ...dialect,
      header,
      decimal: columns[0]?.mark ?? ".",
    },
  };
}

async function findLayout({ staged, overrides, limits, mode }: CsvContext): Promise<Layout> {
  checkOverrides(overrides);
  const encoding = await detectEncoding(staged, overrides.encoding);
  const whole = staged.bytes <= sampleBytes;
  const text = await readSampleText(staged, encoding, whole);
  if (/^[\s\0]*$/.test(text) && whole) throw new MegalithError("tables.empty");
  const sample = sniffDialect(text, whole, overrides, limits.rowLength);
  const first = sample.records[0];
  if (first === undefined) throw new MegalithError("tables.row_too_long", { values: { line: 1, limit: `${limits.rowLength} characters` } });
  if (first.cells.length > limits.columns)
    throw new MegalithError("tables.too_many_columns", { values: { found: first.cells.length, limit: limits.columns } });
  const rows = sample.records.filter((record) => record.fault === undefined).slice(0, sampleRows);
  const header = overrides.header ?? inferHeader(rows.map((record) => record.cells));
  if (header && sample.records.length === 1 && whole) throw new MegalithError("tables.no_rows");
  const names = columnNames(first.cells, header, mode);
  checkColumnNames(names, limits.columns);
  const body = rows
    .slice(header ? 1 : 0)
    .map((record) => record.cells)
    .filter((cells) => cells.length === names.length);
  const decimal = overrides.decimal ?? inferDecimal(body, sample.dialect.delimiter);
  const columns = planColumns(names, body, decimal, overrides.columns ?? {}, overrides.expected ?? {});
  return { encoding, dialect: sample.dialect, header, columns, plain: isPlain(sample, text) };
}

async function readSampleText(staged: StagedFile, encoding: Encoding, whole: boolean): Promise<string> {
  const handle = await open(staged.path, "r");
  try {
    const buffer = Buffer.alloc(Math.min(sampleBytes, staged.bytes));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, encoding.markBytes);
    return new TextDecoder(encoding.name, { ignoreBOM: true }).decode(buffer.subarray(0, bytesRead), { stream: !whole });
  } finally {
    await handle.close();
  }
}

function columnNames(cells: readonly string[], header: boolean, mode: ImportMode): string[] {
  if (!header) return cells.map((_, index) => `column_${index + 1}`);
  return mode === "lenient" ? repairColumnNames(cells) : cells.map((cell) => cell.trim());
}

function isPlain(sample: Sample, text: string): boolean {
  const [first] = sample.records;
  const startsAtOnce = !/^[\r\n]/.test(text);
  const headInOneLine = first?.cells.every((cell) => !/[\r\n]/.test(cell)) ?? false;
  return (
    startsAtOnce &&
    headInOneLine &&
    sample.records.every((record) => record.fault === undefined && record.cells.length === first?.cells.length)
  );
}

/** The fast path may read a file that is UTF-8, holds no zero byte, has several columns (but not hundreds), ASCII marks and one kind of line end. */
function mayLoadFast(staged: StagedFile, { encoding, dialect, columns, plain }: Layout): boolean {
  const ascii = [dialect.delimiter, dialect.quote, dialect.escape].every((mark) => mark === "" || mark.charCodeAt(0) < 128);
  if (!plain || !ascii || columns.length < 2 || columns.length > wideColumns || encoding.name !== "utf-8" || encoding.markBytes > 0)
    return false;
  if (staged.firstInvalidUtf8 >= 0 || staged.zeroBytes > 0) return false;
  return staged.returns === 0 || (staged.returns === staged.returnNewlines && staged.newlines === staged.returnNewlines);
}

/** @returns the number of rows, or undefined when the file needs the exact path: DuckDB refused it, or rows and lines differ in number. */
async function loadFast(context: CsvContext, layout: Layout): Promise<number | undefined> {
  const { staged } = context;
  const source: LoadSource = { path: staged.path, dialect: layout.dialect, header: layout.header, lineBytes: defaultLineBytes };
  const lines = staged.newlines + (staged.endsWithNewline ? 0 : 1) - (layout.header ? 1 : 0);
  try {
    const rowCount = await loadInto(context, source, layout.columns);
    if (rowCount === lines) return rowCount;
  } catch (cause) {
    if (cause instanceof MegalithError) throw cause;
  }
  await rm(context.parquetPath, { force: true });
  return undefined;
}

/** @returns the number of rows, or undefined when a number turned out infinite. */
async function loadInto(
  { workspace, parquetPath, limits, signal }: CsvContext,
  source: LoadSource,
  columns: readonly ColumnPlan[],
): Promise<number | undefined> {
  return Duckdb.with({ directories: [workspace], limits: limitsForWidth(limits, columns.length), signal }, async (duckdb) => {
    const rowCount = await loadCsv(duckdb, source, columns, parquetPath);
    return (await hasInfinity(duckdb, columns, parquetPath)) ? undefined : rowCount;
  });
}

async function loadExact(
  context: CsvContext,
  { encoding, dialect, header, columns }: Layout,
): Promise<Pick<ImportedRows, "rowCount" | "rejected" | "rejectedCount">> {
  const { staged, workspace, limits, mode, signal } = context;
  const replace = mode === "lenient" && (encoding.name !== "utf-8" || staged.firstInvalidUtf8 >= 0);
  const path = join(workspace, "clean.csv");
  const pieces = decodeFile(staged.path, encoding, replace);
  const { rowCount, rejected, rejectedCount, lineBytes } = await cleanCsv(pieces, path, {
    dialect,
    header,
    columns,
    rejectReplaced: replace,
    zeroBytes: staged.zeroBytes > 0,
    limits,
    signal,
  });
  if (rowCount === 0 || (mode === "strict" && rejectedCount > 0)) return { rowCount, rejected, rejectedCount };
  const source: LoadSource = {
    path,
    dialect: { delimiter: ",", quote: '"', escape: '"' },
    header: false,
    bareNewlines: true,
    lineBytes: Math.max(defaultLineBytes, lineBytes + 1),
  };
  const loaded = await loadCanonical(context, source, columns);
  if (loaded !== rowCount)
    throw new MegalithError("tables.import_failed", { detail: `exact path wrote ${rowCount} rows, loaded ${loaded}` });
  return { rowCount, rejected, rejectedCount };
}

async function loadCanonical(
  { workspace, parquetPath, limits, signal }: CsvContext,
  source: LoadSource,
  columns: readonly ColumnPlan[],
): Promise<number> {
  try {
    return await Duckdb.with({ directories: [workspace], limits: limitsForWidth(limits, columns.length), signal }, (duckdb) =>
      loadCanonicalCsv(duckdb, source, columns, parquetPath),
    );
  } catch (cause) {
    if (cause instanceof MegalithError) throw cause;
    throw new MegalithError("tables.import_failed", { detail: String(cause), cause });
  }
}
