/**
 * How a stored column is read as another kind, after a person has corrected the schema. The file never changes.
 *
 * Text may become a number, boolean or date when every cell is one (or a word for missing); anything may become text;
 * numbers that are 0 and 1 may become boolean and back.
 */
import { falseWords, missingPattern, trueWords } from "./cell.ts";
import type { Column, ColumnKind, StorageType } from "./column.ts";
import { identifier, text } from "./duckdb.ts";

export function kindOfStorage(storage: StorageType): ColumnKind {
  if (storage === "DOUBLE" || storage === "BIGINT") return "numeric";
  if (storage === "BOOLEAN") return "boolean";
  return storage === "VARCHAR" ? "category" : "date";
}

/** Whether cells of a storage type can be of a kind at all. */
export function mayConvert(storage: StorageType, kind: ColumnKind): boolean {
  const from = kindOfStorage(storage);
  if (from === kind || kind === "category" || from === "category") return true;
  return from !== "date" && kind !== "date";
}

/** SQL that is true of a moment in the years 1 to 9999, as dates are written: DuckDB knows infinite ones and years that nothing else can tell. */
export function isDatable(moment: string): string {
  return `${moment} between timestamp '0001-01-01' and timestamp '9999-12-31 23:59:59.999999'`;
}

/** SQL of a column's cells in its kind: double, boolean, varchar or timestamp; what does not fit is NULL. */
export function kindExpression({ name, storage, kind }: Column): string {
  const cell = identifier(name);
  if (kind === "numeric") return storage === "VARCHAR" ? `try_cast(${cell} as double)` : `cast(${cell} as double)`;
  if (kind === "boolean") return booleanExpression(cell, storage);
  if (kind === "date") {
    if (storage !== "VARCHAR") return `cast(${cell} as timestamp)`;
    const moment = `try_cast(try_cast(${cell} as timestamptz) as timestamp)`;
    return `case when ${isDatable(moment)} then ${moment} end`;
  }
  if (storage === "DOUBLE")
    return `case when ${cell} = trunc(${cell}) and abs(${cell}) < 1e15 then ${cell}::bigint::varchar else ${cell}::varchar end`;
  if (storage === "TIMESTAMP") return `strftime(${cell}, '%Y-%m-%dT%H:%M:%S.%gZ')`;
  return storage === "DATE" ? `strftime(${cell}, '%Y-%m-%d')` : `cast(${cell} as varchar)`;
}

function booleanExpression(cell: string, storage: StorageType): string {
  if (storage === "BOOLEAN") return cell;
  if (storage !== "VARCHAR") return `case ${cell} when 1 then true when 0 then false end`;
  const list = (words: readonly string[]): string => `(${words.map(text).join(", ")})`;
  return `case when lower(trim(${cell})) in ${list(trueWords)} then true when lower(trim(${cell})) in ${list(falseWords)} then false end`;
}

/** SQL that is true of a cell that would be lost: present, no word for missing, and not of the kind. */
export function misfitExpression(column: Column): string {
  const cell = identifier(column.name);
  const lost = `(${kindExpression(column)}) is null`;
  const infinite = column.kind === "numeric" && column.storage === "VARCHAR" ? ` or not isfinite(${kindExpression(column)})` : "";
  const present =
    column.storage === "VARCHAR"
      ? `${cell} is not null and not regexp_full_match(${cell}, ${text(missingPattern)})`
      : `${cell} is not null`;
  return `(${present} and (${lost}${infinite}))`;
}
