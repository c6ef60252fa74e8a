/**
 * Reads CSV text record by record, exactly: quoted delimiters, quotes and line ends; \n, \r\n and \r; true line numbers.
 *
 * A record that breaks the rules of quoting is reported with its line, and reading goes on at the next physical line.
 * That stays linear: inside a quote there is one state only, so a scan that comes to a line end inside a quote where a broken one
 * came by inside a quote ends as that one did.
 * This is the exact path; the fast path hands clean files to DuckDB and is tested for equality with this one.
 */
import { MegalithError } from "@megalith/contract";

export interface Dialect {
  readonly delimiter: string;
  /** One character, or "" for none. */
  readonly quote: string;
  /** The quote itself when quotes are doubled, or for example a backslash. */
  readonly escape: string;
}

export type QuoteFault = "text_after_quote" | "quote_open";

export interface CsvRecord {
  /** Physical line, from 1, on which the record begins. */
  readonly line: number;
  /** One raw line when there is a fault. */
  readonly cells: string[];
  readonly fault?: QuoteFault;
}

/** A scan that ended inside a quote, or behind one that text follows: from every line end on its way it ends alike. */
interface Broken {
  readonly start: number;
  readonly end: number;
  readonly outcome: "more" | QuoteFault;
}

const nothingBroken: Broken = { start: 0, end: 0, outcome: "more" };

const newline = 10;
const space = 32;
const carriageReturn = 13;

export class CsvReader {
  private readonly delimiter: number;
  private readonly quote: number;
  private readonly escape: number;
  private readonly rowLength: number;
  private text = "";
  private position = 0;
  private line = 1;
  /** Result of the last scan: where the record ends. */
  private end = 0;
  private cells: string[] = [];
  /** The broken scan of the present text that went furthest. */
  private broken: Broken = nothingBroken;

  constructor(dialect: Dialect, rowLength: number) {
    this.delimiter = dialect.delimiter.charCodeAt(0);
    this.quote = dialect.quote === "" ? -1 : dialect.quote.charCodeAt(0);
    this.escape = dialect.escape === "" ? this.quote : dialect.escape.charCodeAt(0);
    this.rowLength = rowLength;
  }

  /**
   * Takes more text and gives the records that are complete; blank lines are records of one empty cell.
   * @throws MegalithError "tables.row_too_long".
   */
  read(text: string, final: boolean): CsvRecord[] {
    this.text = this.position === 0 ? this.text + text : this.text.slice(this.position) + text;
    this.position = 0;
    this.broken = nothingBroken;
    const records: CsvRecord[] = [];
    while (this.position < this.text.length) {
      const start = this.position;
      const outcome = this.scan(final);
      if (outcome === "more") {
        if (this.text.length - start <= this.rowLength) break;
        if (this.quoteIsOpenSince(start)) records.push(this.resume(start, "quote_open"));
        else throw this.tooLong();
      } else if (outcome === "record") {
        if (this.end - start > this.rowLength) throw this.tooLong();
        records.push({ line: this.line, cells: this.cells });
        this.advance(start, this.end);
      } else if (!final && this.lineEnd(start) >= this.text.length - 1) {
        if (this.text.length - start > this.rowLength) throw this.tooLong();
        break;
      } else records.push(this.resume(start, outcome));
    }
    return records;
  }

  private tooLong(): MegalithError {
    return new MegalithError("tables.row_too_long", { values: { line: this.line, limit: `${this.rowLength} characters` } });
  }

  /** True when the record has a line end inside what may be an open quote. */
  private quoteIsOpenSince(start: number): boolean {
    const at = this.lineEnd(start);
    return at < this.text.length && at - start <= this.rowLength;
  }

  /** Reports the physical line at `start` and goes on behind it. */
  private resume(start: number, fault: QuoteFault): CsvRecord {
    const lineEnd = this.lineEnd(start);
    const record: CsvRecord = { line: this.line, cells: [this.text.slice(start, lineEnd)], fault };
    const next = lineEnd + (this.text.charCodeAt(lineEnd) === carriageReturn && this.text.charCodeAt(lineEnd + 1) === newline ? 2 : 1);
    this.advance(start, Math.min(next, this.text.length));
    return record;
  }

  private lineEnd(start: number): number {
    let at = start;
    while (at < this.text.length) {
      const code = this.text.charCodeAt(at);
      if (code === newline || code === carriageReturn) return at;
      at++;
    }
    return at;
  }

  private advance(start: number, end: number): void {
    for (let at = start; at < end; at++) {
      const code = this.text.charCodeAt(at);
      if (code === newline) this.line++;
      else if (code === carriageReturn && this.text.charCodeAt(at + 1) !== newline) this.line++;
    }
    this.position = end;
  }

  /** One record from `position`: its cells and end are left in the fields. */
  private scan(final: boolean): "record" | "more" | QuoteFault {
    const text = this.text;
    this.cells = [];
    let at = this.position;
    for (;;) {
      const opening = this.quote < 0 ? at : this.skipSpaces(at);
      if (opening >= text.length && !final) return this.endOfText("more");
      if (this.quote >= 0 && text.charCodeAt(opening) === this.quote) {
        const outcome = this.scanQuoted(opening + 1, final);
        if (outcome !== "cell") {
          if (this.end > this.broken.end) this.broken = { start: this.position, end: this.end, outcome };
          return outcome;
        }
        at = this.end;
      } else at = this.scanPlain(at);
      if (at >= text.length) {
        this.end = at;
        return final ? "record" : "more";
      }
      const code = text.charCodeAt(at);
      if (code !== this.delimiter) return this.endRecord(at, code, final);
      at++;
    }
  }

  private endRecord(at: number, code: number, final: boolean): "record" | "more" {
    if (code === newline) {
      this.end = at + 1;
      return "record";
    }
    if (at + 1 >= this.text.length && !final) return "more";
    this.end = this.text.charCodeAt(at + 1) === newline ? at + 2 : at + 1;
    return "record";
  }

  private scanPlain(start: number): number {
    const text = this.text;
    let at = start;
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === this.delimiter || code === newline || code === carriageReturn) break;
    }
    this.cells.push(text.slice(start, at));
    return at;
  }

  private scanQuoted(start: number, final: boolean): "cell" | "more" | QuoteFault {
    const { text, broken } = this;
    let piece = start;
    let cell = "";
    for (let at = start; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === newline || code === carriageReturn) {
        if (at < broken.start || at >= broken.end) continue;
        this.end = broken.end;
        return broken.outcome;
      }
      if (code === this.escape && this.isEscape(at)) {
        cell += text.slice(piece, at) + text[at + 1];
        piece = at + 2;
        at++;
      } else if (code === this.quote) {
        const behind = this.skipSpaces(at + 1);
        if (behind >= text.length && !final) return this.endOfText("more");
        this.end = behind;
        const next = text.charCodeAt(behind);
        if (behind < text.length && next !== this.delimiter && next !== newline && next !== carriageReturn) return "text_after_quote";
        this.cells.push(cell + text.slice(piece, at));
        return "cell";
      }
    }
    return this.endOfText(final ? "quote_open" : "more");
  }

  private endOfText<T>(outcome: T): T {
    this.end = this.text.length;
    return outcome;
  }

  /** Spaces around a quoted cell are no part of it. */
  private skipSpaces(start: number): number {
    let at = start;
    if (this.delimiter !== space) while (this.text.charCodeAt(at) === space) at++;
    return at;
  }

  private isEscape(at: number): boolean {
    const next = this.text.charCodeAt(at + 1);
    return next === this.quote || (this.escape !== this.quote && next === this.escape);
  }
}

export function isBlank(record: CsvRecord, columns: number): boolean {
  return columns > 1 && record.cells.length === 1 && record.cells[0] === "" && record.fault === undefined;
}
