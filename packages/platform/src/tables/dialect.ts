/**
 * Finds out how a CSV file is written from a sample of its text: delimiter, quote, escape, header, decimal mark.
 *
 * Each candidate reads the sample; the one whose records agree best on a count of cells above one wins, weighed by how
 * clean the cells look. Every finding can be overridden.
 */
import { MegalithError, type Problem, problem } from "@megalith/contract";
import { type DecimalMark, inferDateFormat, isMissing, parseNumber } from "./cell.ts";
import { CsvReader, type CsvRecord, type Dialect, isBlank } from "./csv.ts";

export interface DialectOverrides {
  readonly encoding?: string | undefined;
  readonly delimiter?: string | undefined;
  readonly quote?: string | undefined;
  readonly escape?: string | undefined;
  readonly header?: boolean | undefined;
  readonly decimal?: DecimalMark | undefined;
}

const delimiters = [",", "\t", ";", "|", "^", "~", "\u0001", "\u001f"];
const scoredRecords = 500;

/** @throws MegalithError "tables.dialect_invalid" with every problem. */
export function checkOverrides(overrides: DialectOverrides): void {
  const problems: Problem[] = [];
  const single = (field: "delimiter" | "quote" | "escape", emptyAllowed: boolean): void => {
    const value = overrides[field];
    if (value === undefined || (emptyAllowed && value === "")) return;
    if (value.length !== 1 || /[\r\n\0\ufeff\ufffd]/.test(value) || !value.isWellFormed())
      problems.push(problem(`/${field}`, "character", "dialectCharacter", { field }));
  };
  single("delimiter", false);
  single("quote", true);
  single("escape", true);
  if (overrides.delimiter !== undefined && (overrides.delimiter === overrides.quote || overrides.delimiter === overrides.escape))
    problems.push(problem("/delimiter", "clash", "dialectClash"));
  if (problems.length > 0) throw new MegalithError("tables.dialect_invalid", { values: { count: problems.length }, problems });
}

export interface Sample {
  readonly dialect: Dialect;
  /** Complete records, blank ones left out. */
  readonly records: readonly CsvRecord[];
}

/** Reads the sample's text in the dialect that fits it best. `whole`: the text is the entire file. */
export function sniffDialect(text: string, whole: boolean, overrides: DialectOverrides, rowLength: number): Sample {
  let best: { dialect: Dialect; score: number } | undefined;
  const head = text.slice(0, 1 << 18);
  const headWhole = whole && head.length === text.length;
  for (const dialect of candidates(text, overrides)) {
    const score = scoreDialect(readSample(head, headWhole, dialect, rowLength, scoredRecords), dialect);
    if (best === undefined || score > best.score + 1e-9) best = { dialect, score };
  }
  const dialect = best?.dialect ?? { delimiter: ",", quote: '"', escape: '"' };
  return { dialect, records: readSample(text, whole, dialect, rowLength, Number.POSITIVE_INFINITY) };
}

function* candidates(text: string, overrides: DialectOverrides): Generator<Dialect> {
  const head = text.slice(0, 1 << 18);
  const present = delimiters.filter((delimiter) => head.includes(delimiter));
  const tried = overrides.delimiter === undefined ? (present.length > 0 ? present : [","]) : [overrides.delimiter];
  for (const delimiter of tried) {
    const quotes = overrides.quote === undefined ? ['"', ...(quotedBySingle(head, delimiter) ? ["'"] : [])] : [overrides.quote];
    for (const quote of quotes.filter((mark) => mark !== delimiter)) {
      const escapes =
        overrides.escape === undefined ? [quote, ...(quote !== "" && head.includes(`\\${quote}`) ? ["\\"] : [])] : [overrides.escape];
      for (const mark of escapes) yield { delimiter, quote, escape: mark };
    }
  }
}

function quotedBySingle(text: string, delimiter: string): boolean {
  return text.startsWith("'") || text.includes(`${delimiter}'`) || text.includes("\n'");
}

function readSample(text: string, whole: boolean, dialect: Dialect, rowLength: number, limit: number): CsvRecord[] {
  const reader = new CsvReader(dialect, rowLength);
  const records: CsvRecord[] = [];
  for (let start = 0; start < text.length && records.length < limit; start += 1 << 16) {
    const end = Math.min(text.length, start + (1 << 16));
    for (const record of reader.read(text.slice(start, end), whole && end === text.length)) records.push(record);
  }
  const width = records.find((record) => record.cells.length > 1)?.cells.length ?? 1;
  const kept = records.filter((record) => !isBlank(record, width));
  return Number.isFinite(limit) ? kept.slice(0, limit) : kept;
}

/** Between 0 and about 1: agreement on a count of cells, times how clean the cells look. */
function scoreDialect(records: readonly CsvRecord[], dialect: Dialect): number {
  if (records.length === 0) return 0;
  const counts = new Map<number, number>();
  for (const record of records) if (record.fault === undefined) counts.set(record.cells.length, (counts.get(record.cells.length) ?? 0) + 1);
  const [width, agreeing] = [...counts].sort((left, right) => right[1] - left[1] || right[0] - left[0])[0] ?? [1, 0];
  if (width < 2) return 0.05 * (agreeing / records.length);
  const headFits = records[0]?.cells.length === width ? 1 : 0.5;
  const others = [",", "\t", ";", "|"].filter((other) => other !== dialect.delimiter);
  let cells = 0;
  let clean = 0;
  for (const record of records.slice(0, 100)) {
    if (record.cells.length !== width) continue;
    for (const cell of record.cells) {
      cells++;
      const stray =
        others.some((other) => cell.includes(other)) ||
        (dialect.quote !== "'" && /^'.*'$/s.test(cell)) ||
        (dialect.quote !== '"' && cell.includes('"'));
      if (!stray || parseNumber(cell, ",") !== undefined) clean++;
    }
  }
  return (agreeing / records.length) * headFits * (0.4 + 0.6 * (cells === 0 ? 0 : clean / cells));
}

/** A comma as the decimal mark when the delimiter is another and it makes more columns of numbers than a point does. */
export function inferDecimal(rows: readonly (readonly string[])[], delimiter: string): DecimalMark {
  if (delimiter === ",") return ".";
  const width = rows[0]?.length ?? 0;
  let commas = 0;
  let points = 0;
  for (let column = 0; column < width; column++) {
    const cells = rows.map((row) => row[column] ?? "").filter((cell) => !isMissing(cell));
    if (cells.length === 0) continue;
    if (cells.every((cell) => parseNumber(cell, ",") !== undefined)) commas++;
    if (cells.every((cell) => parseNumber(cell, ".") !== undefined)) points++;
  }
  return commas > points ? "," : ".";
}

/** Whether the first record names the columns: its cells do not look like the cells below them. */
export function inferHeader(rows: readonly (readonly string[])[]): boolean {
  const [first, ...rest] = rows;
  if (first === undefined) return true;
  if (rest.length === 0) return first.every((cell) => cell !== "" && parseNumber(cell, ".") === undefined);
  let names = 0;
  let values = 0;
  const body = rest.slice(0, 1000);
  first.forEach((cell, column) => {
    const below = body.map((row) => row[column] ?? "").filter((value) => !isMissing(value));
    if (below.length === 0 || cell === "") return;
    if (typedAlike(below)) {
      if (typedAlike([...below, cell])) values++;
      else names++;
    }
  });
  if (names + values > 0) return names >= values && names > 0;
  const distinct = new Set(first.map((cell) => cell.toLowerCase())).size === first.length;
  return distinct && first.every((cell, column) => cell !== "" && !body.some((row) => row[column] === cell));
}

function typedAlike(cells: readonly string[]): boolean {
  const everyNumber = (mark: DecimalMark): boolean => cells.every((cell) => parseNumber(cell, mark) !== undefined);
  return (
    everyNumber(".") ||
    everyNumber(",") ||
    cells.every((cell) => /^(true|false)$/i.test(cell.trim())) ||
    inferDateFormat(cells) !== undefined
  );
}
