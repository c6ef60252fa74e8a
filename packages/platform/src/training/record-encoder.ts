/**
 * Turns a record (values by column name) into the row that a forest scores: f64[features], NaN is missing.
 *
 * Compiled once per model. Every problem of a record is listed with its path and what would be right; a missing value
 * is null or absent; a category that training never saw counts as missing.
 */
import type { Problem } from "@megalith/contract";
import type { FeatureKind, Forest } from "@megalith/forest";

type Cell = string | number | boolean | null | undefined;
type Reader = (value: Exclude<Cell, null | undefined>) => number | undefined;

const hintLimit = 100;

export interface RecordEncoder {
  readonly columns: readonly { readonly name: string; readonly kind: FeatureKind; readonly categories?: readonly string[] }[];
  /** Writes into `row` ([features]) and appends what is wrong to `problems`, each below `path`. */
  encode(record: Readonly<Record<string, Cell>>, row: Float64Array, path: string, problems: Problem[]): void;
}

const expectations: Readonly<Record<FeatureKind, string>> = {
  numeric: "a finite number or null",
  boolean: "true, false or null",
  date: "a date as ISO 8601 text (2026-01-31 or 2026-01-31T12:00:00Z) or null",
  category: "text or null",
};

export function createRecordEncoder(forest: Pick<Forest, "features">): RecordEncoder {
  const readers = forest.features.map(({ kind, categories }) => readerOf(kind, categories ?? []));
  const names = forest.features.map((feature) => feature.name);
  const known = new Set(names);
  return {
    columns: forest.features,
    encode(record, row, path, problems) {
      for (let index = 0; index < names.length; index++) {
        const name = names[index] as string;
        const value = Object.hasOwn(record, name) ? record[name] : null;
        if (value === null || value === undefined) {
          row[index] = Number.NaN;
          continue;
        }
        const number = (readers[index] as Reader)(value);
        row[index] = number ?? Number.NaN;
        if (number !== undefined) continue;
        const expected = expectations[forest.features[index]?.kind ?? "numeric"];
        problems.push({ path: `${path}/${pointer(name)}`, code: "type", message: `${name} is ${describe(value)}.`, expected });
      }
      for (const name of Object.keys(record)) {
        if (known.has(name)) continue;
        problems.push({
          path: `${path}/${pointer(name)}`,
          code: "unknown",
          message: `The model has no column ${name.slice(0, 100)}.`,
          // A reader sees the first problems only; looking for what was meant costs a pass over all names.
          expected: problems.length < hintLimit ? nearest(name, names) : "",
        });
      }
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

function describe(value: string | number | boolean): string {
  if (typeof value === "string") return `the text ${JSON.stringify(value.slice(0, 60))}`;
  return typeof value === "number" ? `the number ${value}` : `${value}`;
}

/** What the caller may have meant: a name that differs by case, spaces or underscores only; else the columns there are. */
function nearest(name: string, names: readonly string[]): string {
  const fold = (text: string): string => text.toLowerCase().replaceAll(/[\s_-]/g, "");
  const twin = names.find((candidate) => fold(candidate) === fold(name));
  if (twin !== undefined) return twin;
  return `one of ${names.slice(0, 8).join(", ")}${names.length > 8 ? ", …" : ""}`;
}

function pointer(name: string): string {
  return name.slice(0, 200).replaceAll("~", "~0").replaceAll("/", "~1");
}
