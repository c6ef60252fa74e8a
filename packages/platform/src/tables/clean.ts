/**
 * The exact path of an import: reads every record, names each bad one by line and column, and writes the good ones as
 * canonical CSV (UTF-8, every cell quoted) for DuckDB to load. Streamed: one chunk of text in memory at a time.
 */
import { open } from "node:fs/promises";
import { setImmediate } from "node:timers/promises";
import { MegalithError, type MessageValues, type ProblemWord, translate } from "@megalith/contract";
import { CsvReader, type CsvRecord, type Dialect, isBlank } from "./csv.ts";
import type { TableLimits } from "./limits.ts";
import { type ColumnPlan, canonicalCell, expectedCell } from "./plan.ts";

/** One row that was refused: where, why, and the text at fault (cut to 200 characters). */
export interface RejectedRow {
  readonly line: number;
  /** Name of the column, or null when the row as a whole cannot be read. */
  readonly column: string | null;
  readonly code: "kind" | "cell_count" | "text_after_quote" | "quote_open" | "zero_byte" | "encoding";
  /** In English; `word` and `values` say it in any language. Absent from what release 0.1.0 kept. */
  readonly message: string;
  readonly word?: ProblemWord;
  readonly values?: MessageValues;
  readonly text: string;
}

/** What is wrong with a row, in the English of the catalogue too. */
export function rejectedRow(row: Omit<RejectedRow, "message"> & { readonly word: ProblemWord }): RejectedRow {
  const { line, column, code, word, values = {}, text } = row;
  return { line, column, code, message: translate("en", `problem.${word}`, values), word, values, text: cut(text) };
}

export interface CleanOptions {
  readonly dialect: Dialect;
  readonly header: boolean;
  readonly columns: readonly ColumnPlan[];
  /** Reject cells with U+FFFD: the decoder put it where bytes did not fit. */
  readonly rejectReplaced: boolean;
  /** The file holds zero bytes: cells with one are rejected. */
  readonly zeroBytes: boolean;
  readonly limits: TableLimits;
  readonly signal?: AbortSignal | undefined;
}

export interface CleanResult {
  /** No line written is longer. */
  readonly lineBytes: number;
  readonly rowCount: number;
  readonly rejectedCount: number;
  readonly rejected: readonly RejectedRow[];
}

/** Writes the good rows of `pieces` to `path`. */
export async function cleanCsv(pieces: AsyncIterable<string>, path: string, options: CleanOptions): Promise<CleanResult> {
  const cleaner = new Cleaner(options);
  const handle = await open(path, "wx", 0o600);
  try {
    for await (const piece of pieces) {
      const output = cleaner.add(piece, false);
      if (output !== "") await handle.appendFile(output);
      if (options.signal?.aborted === true) throw new MegalithError("tables.cancelled");
      await setImmediate();
    }
    const rest = cleaner.add("", true);
    if (rest !== "") await handle.appendFile(rest);
  } finally {
    await handle.close();
  }
  return cleaner.result();
}

class Cleaner {
  private readonly options: CleanOptions;
  private readonly reader: CsvReader;
  private readonly rejected: RejectedRow[] = [];
  private rejectedCount = 0;
  private rowCount = 0;
  private lineLength = 0;
  private headerPending: boolean;

  constructor(options: CleanOptions) {
    this.options = options;
    this.reader = new CsvReader(options.dialect, options.limits.rowLength);
    this.headerPending = options.header;
  }

  add(piece: string, final: boolean): string {
    let output = "";
    for (const record of this.reader.read(piece, final)) output += this.cleanRecord(record);
    return output;
  }

  result(): CleanResult {
    return { lineBytes: this.lineLength * 3, rowCount: this.rowCount, rejectedCount: this.rejectedCount, rejected: this.rejected };
  }

  private cleanRecord(record: CsvRecord): string {
    const { columns, limits, rejectReplaced, zeroBytes } = this.options;
    const { cells, line } = record;
    if (isBlank(record, columns.length)) return "";
    if (this.headerPending) {
      this.headerPending = false;
      return "";
    }
    if (record.fault !== undefined) return this.rejectFault(record);
    if (cells.length !== columns.length) {
      const values = { line, expected: columns.length, found: cells.length };
      const text = cells.join(this.options.dialect.delimiter);
      return this.reject({ line, column: null, code: "cell_count", word: "rowCells", values, text });
    }
    let output = "";
    for (let index = 0; index < cells.length; index++) {
      const cell = cells[index] as string;
      const column = columns[index] as ColumnPlan;
      if (zeroBytes && cell.includes("\0")) return this.rejectCell(line, column, "zero_byte", cell);
      if (rejectReplaced && cell.includes("\ufffd")) return this.rejectCell(line, column, "encoding", cell);
      const canonical = canonicalCell(column, cell);
      if (canonical === undefined) return this.rejectCell(line, column, "kind", cell);
      output += `${index === 0 ? '"' : ',"'}${canonical.includes('"') ? canonical.replaceAll('"', '""') : canonical}"`;
    }
    if (++this.rowCount > limits.rows) throw new MegalithError("tables.too_many_rows", { values: { limit: limits.rows } });
    this.lineLength = Math.max(this.lineLength, output.length);
    return `${output}\n`;
  }

  private rejectCell(line: number, column: ColumnPlan, code: "zero_byte" | "encoding" | "kind", text: string): string {
    const words = { zero_byte: "rowZeroByte", encoding: "rowEncoding", kind: "rowKind" } as const;
    const values = { line, column: column.name, expected: expectedCell(column), found: quoteCell(text) };
    return this.reject({ line, column: column.name, code, word: words[code], values, text });
  }

  private rejectFault({ line, fault, cells }: CsvRecord): string {
    const word = fault === "quote_open" ? "rowQuoteOpen" : "rowQuoteTrailing";
    return this.reject({ line, column: null, code: fault ?? "quote_open", word, values: { line }, text: cells[0] ?? "" });
  }

  private reject(row: Parameters<typeof rejectedRow>[0]): string {
    this.rejectedCount++;
    if (this.rejected.length < this.options.limits.problems) this.rejected.push(rejectedRow(row));
    return "";
  }
}

function cut(text: string): string {
  return (text.length > 200 ? `${text.slice(0, 199)}…` : text).toWellFormed();
}

function quoteCell(cell: string): string {
  const short = cell.length > 60 ? `${cell.slice(0, 59)}…` : cell;
  return `\`${short.toWellFormed()}\``;
}
