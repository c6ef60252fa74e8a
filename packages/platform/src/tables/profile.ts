/**
 * Describes each column of a stored table: missing, distinct, range, quantiles, a histogram or the most frequent values.
 *
 * Exact up to five million rows; beyond, distinct counts and quantiles are approximations and say so.
 */
import { MegalithError, unknownName } from "@megalith/contract";
import type { Column, ColumnKind } from "./column.ts";
import { kindExpression } from "./conversion.ts";
import { Duckdb, text } from "./duckdb.ts";
import { defaultLimits } from "./limits.ts";

export const histogramBins = 20;
export const topValues = 20;
const exactRows = 5_000_000;
const batchColumns = 8;
/** Squares of larger numbers are infinite. */
const safeMagnitude = 1e150;
/** Characters of a frequent value; a longer one is cut. */
const valueLength = 200;
const probabilities = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99] as const;

export interface NumberSummary {
  /** Of a date: milliseconds since 1970 UTC; of a boolean: 0 and 1. */
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly deviation: number;
  /** At 1, 5, 25, 50, 75, 95 and 99 percent. */
  readonly quantiles: readonly { readonly probability: number; readonly value: number }[];
}

export interface Histogram {
  /** One more than counts; bins are of equal width, the last one closed. */
  readonly edges: readonly number[];
  readonly counts: readonly number[];
}

export interface ValueCount {
  readonly value: string;
  readonly count: number;
}

export interface ColumnProfile {
  readonly name: string;
  readonly kind: ColumnKind;
  readonly missing: number;
  readonly distinct: number;
  readonly approximate: boolean;
  /** Absent for text, and where every value is missing. */
  readonly summary?: NumberSummary;
  readonly histogram?: Histogram;
  /** Most frequent first; of text, booleans, and numbers with few distinct values. */
  readonly top?: readonly ValueCount[];
  readonly examples: readonly string[];
}

export type TargetBalance =
  | {
      readonly column: string;
      readonly kind: "classes";
      readonly missing: number;
      readonly classes: readonly (ValueCount & { readonly share: number })[];
    }
  | { readonly column: string; readonly kind: "number"; readonly missing: number; readonly summary?: NumberSummary };

export interface TableProfile {
  readonly rowCount: number;
  readonly columns: readonly ColumnProfile[];
  readonly target?: TargetBalance;
}

interface Statistics {
  readonly count: number;
  readonly distinct: number;
  readonly summary: NumberSummary | undefined;
}

/** @throws MegalithError "tables.column_unknown" for a target that is not there. Cost: each column is read twice. */
export async function profileTable(
  parquetPath: string,
  columns: readonly Column[],
  options: { target?: string | undefined; signal?: AbortSignal | undefined } = {},
): Promise<TableProfile> {
  return Duckdb.with({ files: [parquetPath], limits: defaultLimits, signal: options.signal }, async (duckdb) => {
    const source = `read_parquet(${text(parquetPath)})`;
    const rowCount = Number((await duckdb.rows(`select count(*) from ${source}`))[0]?.[0] ?? 0);
    const approximate = rowCount > exactRows;
    const profiles: ColumnProfile[] = [];
    for (let start = 0; start < columns.length; start += batchColumns) {
      const batch = columns.slice(start, start + batchColumns);
      const statistics = await readStatistics(duckdb, source, batch, approximate);
      const examples = await readExamples(duckdb, source, batch);
      for (const [index, column] of batch.entries()) {
        profiles.push(
          await profileColumn(duckdb, source, column, statistics[index] as Statistics, {
            rowCount,
            approximate,
            examples: examples[index] ?? [],
          }),
        );
      }
    }
    const { target } = options;
    return {
      rowCount,
      columns: profiles,
      ...(target === undefined ? {} : { target: targetBalance({ columns: profiles, rowCount }, target) }),
    };
  });
}

/** A column as a number where its kind has an order. */
function numberOf(column: Column): string | undefined {
  if (column.kind === "category") return undefined;
  const cell = kindExpression(column);
  return column.kind === "date" ? `epoch_ms(${cell})::double` : `(${cell})::double`;
}

async function readStatistics(duckdb: Duckdb, source: string, columns: readonly Column[], approximate: boolean): Promise<Statistics[]> {
  const select = columns.flatMap((column) => {
    const name = kindExpression(column);
    const number = numberOf(column);
    const quantile = approximate ? "approx_quantile" : "quantile_cont";
    const ordered =
      number === undefined
        ? ["null", "null", "null", "null", "null"]
        : [
            `min(${number})`,
            `max(${number})`,
            `avg(if(abs(${number}) > ${safeMagnitude}, null, ${number}))`,
            `stddev_samp(if(abs(${number}) > ${safeMagnitude}, null, ${number}))`,
            `${quantile}(${number}, [${probabilities.join(", ")}])`,
          ];
    return [`count(${name})`, approximate ? `approx_count_distinct(${name})` : `count(distinct ${name})`, ...ordered];
  });
  const row = (await duckdb.rows(`select ${select.join(", ")} from ${source}`))[0] ?? [];
  const found: Statistics[] = [];
  for (const [index, column] of columns.entries()) {
    const [count, distinct, min, max, mean, deviation, quantiles] = row.slice(index * 7, index * 7 + 7);
    const statistics = { count: Number(count), distinct: Number(distinct) };
    if (min === null || min === undefined) found.push({ ...statistics, summary: undefined });
    else {
      const range = { min: Number(min), max: Number(max) };
      const largest = Math.max(Math.abs(range.min), Math.abs(range.max));
      const spread = largest > safeMagnitude ? await spreadOfLarge(duckdb, source, column, largest) : { mean, deviation };
      const summary = {
        ...range,
        mean: finite(spread.mean),
        deviation: finite(spread.deviation),
        quantiles: (quantiles as number[]).map((value, at) => ({ probability: probabilities[at] as number, value: finite(value) })),
      };
      found.push({ ...statistics, summary });
    }
  }
  return found;
}

/** Mean and deviation of numbers whose sum, or sum of squares, no double holds: of what is left when each is made small by a power of two. */
async function spreadOfLarge(
  duckdb: Duckdb,
  source: string,
  column: Column,
  largest: number,
): Promise<{ mean: number; deviation: number }> {
  const scale = 2 ** Math.floor(Math.log2(largest));
  const small = `${numberOf(column)} / ${scale}::double`;
  const [mean, deviation] = (await duckdb.rows(`select avg(${small}), stddev_samp(${small}) from ${source}`))[0] ?? [];
  return { mean: Number(mean) * scale, deviation: Number(deviation ?? 0) * scale };
}

/** The deviation of the largest doubles is none itself. */
function finite(value: unknown): number {
  return Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, Number(value ?? 0)));
}

async function profileColumn(
  duckdb: Duckdb,
  source: string,
  column: Column,
  { count, distinct, summary }: Statistics,
  { rowCount, approximate, examples }: { rowCount: number; approximate: boolean; examples: readonly string[] },
): Promise<ColumnProfile> {
  const number = numberOf(column);
  const listed = column.kind === "category" || column.kind === "boolean" || (column.kind === "numeric" && distinct <= topValues);
  const top = listed && count > 0 ? await readTop(duckdb, source, column) : undefined;
  const histogram =
    number === undefined || summary === undefined || column.kind === "boolean"
      ? undefined
      : await readHistogram(duckdb, source, number, summary);
  return {
    name: column.name,
    kind: column.kind,
    missing: rowCount - count,
    distinct,
    approximate,
    ...(summary === undefined ? {} : { summary }),
    ...(histogram === undefined ? {} : { histogram }),
    ...(top === undefined ? {} : { top }),
    examples,
  };
}

async function readTop(duckdb: Duckdb, source: string, column: Column): Promise<ValueCount[]> {
  const cell = kindExpression(column);
  const rows = await duckdb.rows(
    `select ${column.kind === "category" ? `left(v, ${valueLength})` : "v"}, n from (select v, count(*) as n from (select ${cell} as v from ${source}) where v is not null group by v order by n desc, v limit ${topValues})`,
  );
  return rows.map(([value, count]) => ({ value: String(value), count: Number(count) }));
}

async function readHistogram(duckdb: Duckdb, source: string, number: string, { min, max }: NumberSummary): Promise<Histogram> {
  const width = (max - min) / histogramBins;
  if (!(width > 0) || !Number.isFinite(width)) {
    const rows = await duckdb.rows(`select count(${number}) from ${source}`);
    return { edges: [min, max], counts: [Number(rows[0]?.[0] ?? 0)] };
  }
  const bin = `least(${histogramBins - 1}, greatest(0, floor((${number} - (${min}::double)) / ${width}::double)))::integer`;
  const rows = await duckdb.rows(`select ${bin}, count(*) from ${source} where ${number} is not null group by 1`);
  const counts = new Array<number>(histogramBins).fill(0);
  for (const [index, count] of rows) counts[Number(index)] = Number(count);
  const edges = Array.from({ length: histogramBins + 1 }, (_, index) => (index === histogramBins ? max : min + width * index));
  return { edges, counts };
}

/** Up to five different values of each column from the first rows. */
async function readExamples(duckdb: Duckdb, source: string, columns: readonly Column[]): Promise<string[][]> {
  const words = columns.map((column) =>
    column.kind === "numeric" ? kindExpression(column) : kindExpression({ ...column, kind: "category" }),
  );
  const rows = await duckdb.rows(`select ${words.join(", ")} from ${source} limit 200`);
  return columns.map((_, index) => {
    const present = rows.map((row) => row[index]).filter((cell) => cell !== null && cell !== undefined);
    return [...new Set(present.map((cell) => String(cell).slice(0, 100)))].slice(0, 5);
  });
}

/** How a column would be as a target: its classes with their shares, or its range. @throws MegalithError "tables.column_unknown". */
export function targetBalance({ columns: profiles, rowCount }: Pick<TableProfile, "columns" | "rowCount">, target: string): TargetBalance {
  const profile = profiles.find((candidate) => candidate.name === target);
  if (profile === undefined) {
    const names = profiles.map(({ name }) => name);
    const problems = [unknownName("/query/target", "unknown", "tableNoColumn", target, names, 0)];
    throw new MegalithError("tables.column_unknown", { values: { column: target.slice(0, 100) }, problems });
  }
  const { missing, top, summary } = profile;
  const known = rowCount - missing;
  if (top !== undefined && (profile.kind !== "numeric" || profile.distinct <= topValues))
    return {
      column: target,
      kind: "classes",
      missing,
      classes: top.map((entry) => ({ ...entry, share: known === 0 ? 0 : entry.count / known })),
    };
  return { column: target, kind: "number", missing, ...(summary === undefined ? {} : { summary }) };
}
