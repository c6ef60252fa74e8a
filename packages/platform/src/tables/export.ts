/**
 * Writes a stored table as CSV for people: UTF-8, commas, \r\n, quotes doubled.
 *
 * A spreadsheet runs a text cell that begins with = + - @ tab or return as a formula, so such a text gets an apostrophe
 * in front. Numbers, booleans and dates are written as they are.
 */
import type { Json } from "@duckdb/node-api";
import type { Column } from "./column.ts";
import { Duckdb, identifier, text } from "./duckdb.ts";
import { defaultLimits } from "./limits.ts";
import { describeTable } from "./read.ts";

const formulaStart = /^[\s\0\ufeff]*[=+\-@＝＋－＠]|^[\t\r\n]/;

/** A text that no spreadsheet takes for a formula. */
export function neutraliseFormula(cell: string): string {
  return formulaStart.test(cell) ? `'${cell}` : cell;
}

function quoteCsv(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** One text cell as it may stand in a CSV file for people. */
export function csvText(cell: string): string {
  return quoteCsv(neutraliseFormula(cell));
}

/** The table as pieces of CSV text, in row order. Streamed. */
export async function* exportCsv(parquetPath: string, options: { signal?: AbortSignal | undefined } = {}): AsyncGenerator<string> {
  const columns = await describeTable(parquetPath);
  yield `${columns.map(({ name }) => csvText(name)).join(",")}\r\n`;
  const duckdb = await Duckdb.open({ files: [parquetPath], limits: { ...defaultLimits, threads: 1 }, signal: options.signal });
  try {
    const result = await duckdb.stream(`select ${columns.map(exportExpression).join(", ")} from read_parquet(${text(parquetPath)})`);
    for await (const rows of result.yieldRowsJson()) {
      duckdb.throwIfAborted();
      yield rows.map((row) => `${row.map((cell, index) => exportCell(cell, columns[index] as Column)).join(",")}\r\n`).join("");
    }
  } finally {
    duckdb.close();
  }
}

function exportExpression(column: Column): string {
  const name = identifier(column.name);
  if (column.storage === "TIMESTAMP") return `strftime(${name}, '%Y-%m-%dT%H:%M:%S.%gZ')`;
  return column.storage === "DATE" ? `strftime(${name}, '%Y-%m-%d')` : name;
}

function exportCell(cell: Json, column: Column): string {
  if (cell === null) return "";
  return column.kind === "category" && column.storage === "VARCHAR" ? csvText(String(cell)) : String(cell);
}
