/**
 * Turns a record (values by column name) into the row that a forest scores: f64[features], NaN is missing.
 *
 * Compiled once per model. Every problem of a record is listed with its path and what would be right; a missing value
 * is null or absent; a category that training never saw counts as missing, and its column is named.
 */
import { isCalendarDay, type Problem, pointerPart, problem, unknownName, type Wording } from "@megalith/contract";
import type { FeatureKind, Forest } from "@megalith/forest";

type Cell = string | number | boolean | null | undefined;
type Reader = (value: Exclude<Cell, null | undefined>) => number | undefined;

export interface RecordEncoder {
  readonly columns: readonly { readonly name: string; readonly kind: FeatureKind; readonly categories?: readonly string[] }[];
  /**
   * Writes into `row` ([features]) and appends what is wrong to `problems`, each below `path`.
   * @returns the columns whose category training never saw, in the model's order; undefined when there are none.
   */
  encode(record: Readonly<Record<string, Cell>>, row: Float64Array, path: string, problems: Problem[]): string[] | undefined;
  /** The model has this column. */
  has(name: string): boolean;
  /** No column of the model has a value: there is nothing to answer. */
  isEmpty(record: Readonly<Record<string, Cell>>): boolean;
}

const cellWords = { numeric: "cellNumeric", boolean: "cellBoolean", date: "cellDate", category: "cellCategory" } as const;

export function createRecordEncoder(forest: Pick<Forest, "features">): RecordEncoder {
  const readers = forest.features.map(({ kind, categories }) => readerOf(kind, categories ?? []));
  const names = forest.features.map((feature) => feature.name);
  const known = new Set(names);
  const dates = forest.features.flatMap(({ kind }, index) => (kind === "date" ? [index] : []));
  return {
    columns: forest.features,
    has: (name) => known.has(name),
    isEmpty(record) {
      for (const name of names) if (Object.hasOwn(record, name) && (record[name] ?? null) !== null) return false;
      return true;
    },
    encode(record, row, path, problems) {
      let unseen: string[] | undefined;
      for (let index = 0; index < names.length; index++) {
        const name = names[index] as string;
        const value = Object.hasOwn(record, name) ? record[name] : null;
        if (value === null || value === undefined) {
          row[index] = Number.NaN;
          continue;
        }
        const number = (readers[index] as Reader)(value);
        row[index] = number ?? Number.NaN;
        if (number !== undefined) {
          // Of a value that is no problem, only a category can be no number.
          if (!Number.isNaN(number)) continue;
          unseen ??= [];
          unseen.push(name);
          continue;
        }
        const word = cellWords[forest.features[index]?.kind ?? "numeric"];
        problems.push(problem(`${path}/${pointer(name)}`, "type", word, { name, found: describe(value) }));
      }
      for (const index of dates) {
        const name = names[index] as string;
        const value = Number.isNaN(row[index]) ? undefined : record[name];
        // The row has its number all the same: release 0.1.0 answered such a record, and asked again it is the same.
        if (typeof value === "string" && !isCalendarDay(value))
          problems.push(problem(`${path}/${pointer(name)}`, "type", "cellDate", { name, found: describe(value) }));
      }
      for (const name of Object.keys(record)) {
        if (known.has(name)) continue;
        const at = `${path}/${pointer(name)}`;
        problems.push(unknownName(at, "unknown", "modelNoColumn", name, names, problems.length));
      }
      return unseen;
    },
  };
}

function readerOf(kind: FeatureKind, categories: readonly string[]): Reader {
  switch (kind) {
    case "numeric":
      return (value) => (typeof value === "number" && Number.isFinite(value) ? value : undefined);
    case "boolean":
      return (value) => (typeof value === "boolean" ? Number(value) : undefined);
    case "date":
      return readDate;
    case "category": {
      const codes = new Map(categories.map((text, code) => [text, code]));
      return (value) => (typeof value === "string" ? (codes.get(value) ?? Number.NaN) : undefined);
    }
  }
}

function readDate(value: string | number | boolean): number | undefined {
  if (typeof value !== "string" || !/^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2}))?$/.test(value))
    return undefined;
  const time = Date.parse(value);
  return Number.isNaN(time) ? undefined : time;
}

function describe(value: string | number | boolean): Wording {
  if (typeof value === "string") return { key: "found.text", values: { text: JSON.stringify(value.slice(0, 60)) } };
  return { key: typeof value === "number" ? "found.number" : "found.other", values: { text: String(value) } };
}

function pointer(name: string): string {
  return pointerPart(name.slice(0, 200));
}
