/**
 * What a column is: its kind (what it means to a model) and its storage type (how Parquet keeps it).
 *
 * numeric: a finite number · boolean: yes or no · category: text · date: a moment in UTC.
 * Missing is NULL everywhere; NaN is never stored.
 */
import { MegalithError, type Problem, problem } from "@megalith/contract";

export const columnKinds = ["numeric", "boolean", "category", "date"] as const;
export type ColumnKind = (typeof columnKinds)[number];

export type StorageType = "DOUBLE" | "BIGINT" | "BOOLEAN" | "VARCHAR" | "DATE" | "TIMESTAMP";

export interface Column {
  readonly name: string;
  readonly kind: ColumnKind;
  readonly storage: StorageType;
}

/** A person's correction of one column; `format` tells how a date is written, for example `%d/%m/%Y`. */
export interface ColumnOverride {
  readonly kind: ColumnKind;
  readonly format?: string;
}

export const columnNameLimit = 200;

/** Problems that keep names from being used: empty, too long, control characters, two alike but for case. */
export function columnNameProblems(names: readonly string[]): Problem[] {
  const problems: Problem[] = [];
  const seen = new Map<string, number>();
  names.forEach((name, index) => {
    const path = `/columns/${index}`;
    const folded = name.toLowerCase();
    const earlier = seen.get(folded);
    if (name === "") problems.push(problem(path, "empty", "columnNameless", { place: index + 1 }));
    else if (name.length > columnNameLimit)
      problems.push(problem(path, "too_long", "columnNameLong", { place: index + 1, limit: columnNameLimit }));
    else if (hasControl(name) || !name.isWellFormed())
      problems.push(problem(path, "characters", "columnNameCharacters", { place: index + 1 }));
    else if (earlier !== undefined)
      problems.push(problem(path, "duplicate", "columnTwice", { first: earlier + 1, place: index + 1, name }));
    if (earlier === undefined) seen.set(folded, index);
  });
  return problems;
}

function hasControl(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code < 32 || code === 127) return true;
  }
  return false;
}

/** Names as a lenient import keeps them: `column_7` for an empty one, `name_2` for a repeated one. */
export function repairColumnNames(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((raw, index) => {
    const wanted = [...raw.toWellFormed()]
      .filter((letter) => !hasControl(letter))
      .slice(0, columnNameLimit - 8)
      .join("")
      .trim();
    const base = wanted === "" ? `column_${index + 1}` : wanted;
    let name = base;
    for (let copy = 2; taken.has(name.toLowerCase()); copy++) name = `${base}_${copy}`;
    taken.add(name.toLowerCase());
    return name;
  });
}

/** @throws MegalithError "tables.column_names" with every problem, or "tables.too_many_columns". */
export function checkColumnNames(names: readonly string[], maxColumns: number): void {
  if (names.length > maxColumns) throw new MegalithError("tables.too_many_columns", { values: { found: names.length, limit: maxColumns } });
  const problems = columnNameProblems(names);
  if (problems.length > 0)
    throw new MegalithError("tables.column_names", { values: { count: problems.length }, problems: problems.slice(0, 100) });
}

/** The kind and the storage that a DuckDB type is kept as, or undefined for nested and other types. */
export function columnFromDuckdb(name: string, type: string): Column | undefined {
  if (/^(TINYINT|SMALLINT|INTEGER|BIGINT|UTINYINT|USMALLINT|UINTEGER)$/.test(type)) return { name, kind: "numeric", storage: "BIGINT" };
  if (/^(UBIGINT|HUGEINT|UHUGEINT|FLOAT|DOUBLE|DECIMAL.*)$/.test(type)) return { name, kind: "numeric", storage: "DOUBLE" };
  if (type === "BOOLEAN") return { name, kind: "boolean", storage: "BOOLEAN" };
  if (/^(VARCHAR|UUID|TIME|TIME WITH TIME ZONE|INTERVAL|ENUM\(.*\)|JSON|"NULL"|NULL)$/s.test(type))
    return { name, kind: "category", storage: "VARCHAR" };
  if (type === "DATE") return { name, kind: "date", storage: "DATE" };
  if (/^TIMESTAMP(_S|_MS|_NS)?$|^TIMESTAMP WITH TIME ZONE$/.test(type)) return { name, kind: "date", storage: "TIMESTAMP" };
  return undefined;
}
