/**
 * Decides from a sample what each column of a CSV file is, and checks single cells against that decision.
 *
 * A few cells that do not fit (at most 2%, or one) do not change a column's kind: they are the bad rows that an import
 * names. One cell with a leading zero or more than 15 digits makes a column of numbers text: they are identifiers.
 */
import { MegalithError, type Problem, pointerPart, problem, unknownName, type Wording } from "@megalith/contract";
import {
  type DateFormat,
  type DecimalMark,
  dateFormat,
  inferDateFormat,
  isMissing,
  isoFormat,
  parseBoolean,
  parseNumber,
  wordMilliseconds,
} from "./cell.ts";
import { type Column, type ColumnKind, type ColumnOverride, columnKinds } from "./column.ts";

export interface ColumnPlan extends Column {
  readonly mark: DecimalMark;
  /** A person has named the kind: a number may then begin with zeros. */
  readonly declared: boolean;
  readonly date: DateFormat;
}

const storages = { numeric: "DOUBLE", boolean: "BOOLEAN", category: "VARCHAR", date: "TIMESTAMP" } as const;

/** @throws MegalithError "tables.columns_invalid" when an override names no column, no kind or no date format. */
export function planColumns(
  names: readonly string[],
  rows: readonly (readonly string[])[],
  mark: DecimalMark,
  overrides: Readonly<Record<string, ColumnOverride>>,
  expected: Readonly<Record<string, ColumnOverride>> = {},
): ColumnPlan[] {
  checkColumnOverrides(names, overrides);
  return names.map((name, index) => {
    const override = Object.hasOwn(overrides, name) ? overrides[name] : Object.hasOwn(expected, name) ? expected[name] : undefined;
    const cells = rows.map((row) => row[index] ?? "").filter((cell) => !isMissing(cell));
    if (override === undefined) return inferColumn(name, cells, mark);
    const date = override.format === undefined ? inferTolerantly(cells) : dateFormat(override.format);
    return { ...makePlan(name, override.kind, mark, date), declared: true };
  });
}

function checkColumnOverrides(names: readonly string[], overrides: Readonly<Record<string, ColumnOverride>>): void {
  const problems: Problem[] = [];
  for (const [name, { kind, format }] of Object.entries(overrides)) {
    const path = `/columns/${pointerPart(name)}`;
    if (!names.includes(name)) problems.push(unknownName(path, "unknown", "fileNoColumn", name, names, problems.length));
    if (!columnKinds.includes(kind)) problems.push(problem(`${path}/kind`, "kind", "kindUnknown", { kinds: columnKinds.join(", ") }));
    if (format !== undefined && dateFormat(format) === undefined) problems.push(problem(`${path}/format`, "format", "dateFormat"));
  }
  if (problems.length > 0)
    throw new MegalithError("tables.columns_invalid", { values: { count: problems.length }, problems: problems.slice(0, 100) });
}

function makePlan(name: string, kind: ColumnKind, mark: DecimalMark, date: DateFormat = isoFormat): ColumnPlan {
  return { name, kind, storage: storages[kind], mark, declared: false, date };
}

function inferColumn(name: string, cells: readonly string[], mark: DecimalMark): ColumnPlan {
  if (mostly(cells, (cell) => /^\s*(true|false)\s*$/i.test(cell))) return makePlan(name, "boolean", mark);
  if (mostly(cells, (cell) => parseNumber(cell, mark) !== undefined)) {
    const identifiers = cells.some((cell) => /^\s*[+-]?(?:0\d|\d{16})\d*\s*$/.test(cell));
    return makePlan(name, identifiers ? "category" : "numeric", mark);
  }
  const date = inferTolerantly(cells);
  return date === undefined ? makePlan(name, "category", mark) : makePlan(name, "date", mark, date);
}

/** At least two cells fit, twice as many as do not, and at most 2% (or one) do not. */
function mostly(cells: readonly string[], fits: (cell: string) => boolean): boolean {
  const allowed = Math.max(1, Math.floor(cells.length * 0.02));
  let bad = 0;
  for (const cell of cells) if (!fits(cell) && ++bad > allowed) return false;
  const good = cells.length - bad;
  return bad === 0 ? good > 0 : good >= 2 && good >= bad * 2;
}

/** No format that is tried writes a longer date; on a long text the pattern below would take the square of its length. */
const dateLength = 64;

function mayBeDate(cell: string): boolean {
  return cell.length <= dateLength && /\d.*[-/.:年 ].*\d/.test(cell);
}

function inferTolerantly(cells: readonly string[]): DateFormat | undefined {
  const digits = cells.filter(mayBeDate);
  if (digits.length === 0 || !mostly(cells, (cell) => mayBeDate(cell) || /^[a-z]{3}-\d{4}$/i.test(cell))) return inferMonthNames(cells);
  const exact = inferDateFormat(cells);
  if (exact !== undefined) return exact;
  const probe = inferDateFormat(digits.slice(0, 1)) === undefined ? digits.slice(1, 200) : digits.slice(0, 200);
  const withoutOdd = probe.filter((cell) => inferDateFormat([cell]) !== undefined || /^\d{1,2}[/.-]\d{1,2}[/.-]\d{4}/.test(cell));
  const format = withoutOdd.length === 0 ? undefined : inferDateFormat(withoutOdd);
  return format !== undefined && mostly(cells, (cell) => format.parse(cell) !== undefined) ? format : undefined;
}

function inferMonthNames(cells: readonly string[]): DateFormat | undefined {
  const format = dateFormat("%b-%Y");
  return format !== undefined && cells.length > 0 && mostly(cells, (cell) => format.parse(cell) !== undefined) ? format : undefined;
}

/** A cell as canonical text ("" is missing), or undefined when it does not fit the column. */
export function canonicalCell(plan: ColumnPlan, cell: string): string | undefined {
  if (plan.kind === "category") return cell;
  if (plan.kind === "numeric") {
    if (parseNumber(cell, plan.mark, plan.declared) !== undefined) return (plan.mark === "," ? cell.replace(",", ".") : cell).trim();
  } else if (plan.kind === "boolean") {
    const value = parseBoolean(cell);
    if (value !== undefined) return String(value);
  } else {
    const value = plan.date.parse(cell);
    if (value !== undefined) return wordMilliseconds(value);
  }
  return isMissing(cell) ? "" : undefined;
}

/** What a cell of the column should have been, for messages. */
export function expectedCell(plan: ColumnPlan): Wording {
  if (plan.kind === "numeric") return { key: plan.mark === "," ? "cell.numberComma" : "cell.number" };
  if (plan.kind === "boolean") return { key: "cell.boolean" };
  if (plan.kind === "category") return { key: "cell.text" };
  return plan.date.format === "iso" ? { key: "cell.date" } : { key: "cell.dateFormat", values: { format: plan.date.format } };
}
