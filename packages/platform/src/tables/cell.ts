/**
 * What a text cell may be: the one set of rules for a number, a boolean and a date.
 *
 * Each rule exists as a regular expression that JavaScript and DuckDB (RE2) read alike, so the fast path in SQL and
 * the exact path here accept the same cells. A leading zero or more than 15 digits is an identifier, not a number:
 * a double would lose digits. Dates are kept to the millisecond. Empty is missing; in other kinds than category so are the words below.
 */
export const missingWords = [
  "",
  "NA",
  "N/A",
  "n/a",
  "na",
  "#N/A",
  "NaN",
  "nan",
  "NAN",
  "NULL",
  "null",
  "Null",
  "None",
  "none",
  "?",
  "-",
  ".",
  "\\N",
] as const;
export const missingPattern = ` *(?:${missingWords.map((word) => word.replace(/[\\.?]/g, "\\$&")).join("|")}) *`;
const missingSet: ReadonlySet<string> = new Set(missingWords);

export const numberPattern = " *[+-]?(?:(?:0|[1-9][0-9]{0,14})|(?:0|[1-9][0-9]*)?\\.[0-9]+|(?:0|[1-9][0-9]*)\\.)(?:[eE][+-]?[0-9]{1,3})? *";
/** Where a person has said that a column is numeric: leading zeros and any number of digits are fine. */
export const anyNumberPattern = " *[+-]?(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})? *";
const numberRegex = new RegExp(`^${numberPattern}$`);
const anyNumberRegex = new RegExp(`^${anyNumberPattern}$`);

export const trueWords = ["true", "t", "yes", "y", "1"] as const;
export const falseWords = ["false", "f", "no", "n", "0"] as const;

export type DecimalMark = "." | ",";

export function isMissing(cell: string): boolean {
  return missingSet.has(cell) || missingSet.has(cell.trim());
}

/** The number of a cell, or undefined when it is none. */
export function parseNumber(cell: string, mark: DecimalMark, declared = false): number | undefined {
  if (mark === "," && cell.includes(".")) return undefined;
  const pointed = mark === "," ? cell.replace(",", ".") : cell;
  if (!(declared ? anyNumberRegex : numberRegex).test(pointed)) return undefined;
  const value = Number(pointed);
  return Number.isFinite(value) ? value : undefined;
}

export function parseBoolean(cell: string): boolean | undefined {
  const word = cell.trim().toLowerCase();
  if ((trueWords as readonly string[]).includes(word)) return true;
  if ((falseWords as readonly string[]).includes(word)) return false;
  return undefined;
}

const isoPattern =
  "[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[T ][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\\.[0-9]{1,6})?)?(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?)?)?";
const isoRegex = /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?(Z|[+-]\d{2}(?::?\d{2})?)?)?$/;
const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/** How a date is written: ISO 8601, or an strptime format made of %Y %m %d %b %H %M %S and literals. */
export interface DateFormat {
  readonly format: string;
  /** Whole-cell pattern, without anchors, for JavaScript and RE2. */
  readonly pattern: string;
  readonly parse: (cell: string) => number | undefined;
}

export const isoFormat: DateFormat = { format: "iso", pattern: isoPattern, parse: parseIso };

/** Milliseconds since 1970 in UTC of a calendar time, or undefined when there is no such day or time. */
function milliseconds(year: number, month: number, day: number, hour = 0, minute = 0, second = 0, millisecond = 0): number | undefined {
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 59) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1) return undefined;
  date.setUTCHours(hour, minute, second, millisecond);
  return date.getTime();
}

function parseIso(cell: string): number | undefined {
  const match = isoRegex.exec(cell);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction, zone] = match;
  const thousandths = Number((fraction ?? "").padEnd(3, "0").slice(0, 3));
  const local = milliseconds(
    Number(year),
    Number(month),
    Number(day),
    Number(hour ?? 0),
    Number(minute ?? 0),
    Number(second ?? 0),
    thousandths,
  );
  if (local === undefined || zone === undefined || zone === "Z") return local;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(3).replace(":", "") || 0);
  if (hours > 15 || minutes > 59) return undefined;
  return local - (zone.startsWith("-") ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

const parts: Readonly<Record<string, string>> = {
  Y: "([0-9]{4})",
  m: "([0-9]{1,2})",
  d: "([0-9]{1,2})",
  b: "((?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec))",
  H: "([0-9]{1,2})",
  M: "([0-9]{2})",
  S: "([0-9]{2})",
};

/** Reads a format such as `%d/%m/%Y %H:%M`; undefined when it has other directives, repeats one, or names no year and month. */
export function dateFormat(format: string): DateFormat | undefined {
  if (format === "iso") return isoFormat;
  const order: string[] = [];
  let source = "";
  for (let index = 0; index < format.length; index++) {
    const letter = format[index] as string;
    if (letter === "%") {
      const directive = format[++index] ?? "";
      const part = parts[directive];
      if (part === undefined || order.includes(directive)) return undefined;
      order.push(directive);
      source += part;
    } else source += letter.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
  }
  if (!order.includes("Y") || !(order.includes("m") || order.includes("b"))) return undefined;
  const regex = new RegExp(`^${source}$`);
  return { format, pattern: source, parse: (cell) => parseByOrder(regex, order, cell) };
}

function parseByOrder(regex: RegExp, order: readonly string[], cell: string): number | undefined {
  const match = regex.exec(cell);
  if (match === null) return undefined;
  const read = (directive: string, otherwise: number): number => {
    const index = order.indexOf(directive);
    return index < 0 ? otherwise : Number(match[index + 1]);
  };
  const name = match[order.indexOf("b") + 1]?.toLowerCase();
  const month = order.includes("b") ? months.indexOf(name ?? "") + 1 : read("m", 1);
  return milliseconds(read("Y", 0), month, read("d", 1), read("H", 0), read("M", 0), read("S", 0));
}

const candidateFormats: readonly DateFormat[] = [
  "iso",
  "%Y/%m/%d",
  "%d/%m/%Y",
  "%m/%d/%Y",
  "%d.%m.%Y",
  "%d-%m-%Y",
  "%m-%d-%Y",
  "%b-%Y",
  "%d-%b-%Y",
  "%b %d %Y",
  "%Y年%m月%d日",
  "%Y/%m/%d %H:%M",
  "%Y/%m/%d %H:%M:%S",
  "%d/%m/%Y %H:%M",
  "%d/%m/%Y %H:%M:%S",
  "%m/%d/%Y %H:%M",
  "%m/%d/%Y %H:%M:%S",
  "%d.%m.%Y %H:%M",
  "%d.%m.%Y %H:%M:%S",
].map((format) => dateFormat(format) as DateFormat);

/**
 * The one format that reads every cell; undefined when none does, or when two do and disagree (day and month could be
 * either: then the column stays text until a person says).
 */
export function inferDateFormat(cells: readonly string[]): DateFormat | undefined {
  const fitting = candidateFormats.filter((candidate) => cells.every((cell) => candidate.parse(cell) !== undefined));
  const first = fitting[0];
  if (first === undefined) return undefined;
  const agree = fitting.every((other) => cells.every((cell) => other.parse(cell) === first.parse(cell)));
  return agree ? first : undefined;
}

/** `2024-02-29 23:59:59.000`, as DuckDB reads it without doubt. */
export function wordMilliseconds(value: number): string {
  return new Date(value).toISOString().slice(0, 23).replace("T", " ");
}
