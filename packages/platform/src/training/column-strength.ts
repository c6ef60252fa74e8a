/**
 * How well a column alone tells the outcome, on a sample of at most 100,000 rows.
 *
 * The score is cross-fitted: a bin's rate comes from the other folds, so an identifier does not look strong.
 */
import type { TableColumn } from "../tables/index.ts";
import { auc, smallRandom } from "./metrics.ts";
import type { Target } from "./task.ts";

const rowLimit = 100_000;
const folds = 4;
const bins = 64;

/** The rows that were looked at, and one question about their target. */
export interface Look {
  readonly rows: Int32Array;
  /** [rows looked]; 1 is the positive class, or above the median of a number. */
  readonly truth: Float64Array;
  readonly fold: Uint8Array;
  readonly baseRate: number;
}

/** AUC of the column alone; of several classes the mean over them by their share, as one rare class is easily told apart. */
export function strengthOf(column: TableColumn, looks: readonly Look[]): number {
  if (looks.length === 1) return crossFittedAuc(column, looks[0] as Look);
  const weight = looks.reduce((sum, look) => sum + look.baseRate, 0);
  return looks.reduce((sum, look) => sum + look.baseRate * crossFittedAuc(column, look), 0) / weight;
}

/** One look for a binary target or a number, one a class for more. */
export function looksOf(target: Target, seed: number): Look[] {
  const random = smallRandom(seed);
  let rows = Int32Array.from(target.values.keys()).filter((row) => !Number.isNaN(target.values[row] as number));
  if (rows.length > rowLimit) {
    const step = rows.length / rowLimit;
    rows = Int32Array.from({ length: rowLimit }, (_, index) => rows[Math.floor((index + random()) * step)] as number);
  }
  const fold = Uint8Array.from(rows, () => Math.floor(random() * folds));
  const look = (isPositive: (value: number) => boolean): Look => {
    const truth = Float64Array.from(rows, (row) => Number(isPositive(target.values[row] as number)));
    return { rows, truth, fold, baseRate: truth.reduce((sum, value) => sum + value, 0) / truth.length };
  };
  if (target.task === "binary") return [look((value) => value === 1)];
  if (target.task === "multiclass") return target.classes.map((_, index) => look((value) => value === index));
  const sorted = Float64Array.from(rows, (row) => target.values[row] as number).sort();
  const median = sorted[sorted.length >> 1] as number;
  return [look((value) => value > median)];
}

/** AUC of a one-column table of rates, each row scored by the rates of the other folds. Missing is a bin of its own. */
export function crossFittedAuc(column: TableColumn, look: Look): number {
  const bin = binsOf(column, look.rows);
  const count = bin.reduce((most, value) => Math.max(most, value), 0) + 1;
  const hits = new Float64Array(count * folds);
  const seen = new Float64Array(count * folds);
  look.rows.forEach((_, index) => {
    const cell = (bin[index] as number) * folds + (look.fold[index] as number);
    hits[cell] = (hits[cell] as number) + (look.truth[index] as number);
    seen[cell] = (seen[cell] as number) + 1;
  });
  const predicted = Float64Array.from(look.rows, (_, index) => {
    let otherHits = 0;
    let otherSeen = 0;
    for (let fold = 0; fold < folds; fold++) {
      if (fold === look.fold[index]) continue;
      otherHits += hits[(bin[index] as number) * folds + fold] as number;
      otherSeen += seen[(bin[index] as number) * folds + fold] as number;
    }
    return (otherHits + look.baseRate * 5) / (otherSeen + 5);
  });
  const value = auc(look.truth, predicted);
  return Number.isNaN(value) ? 0.5 : value;
}

/** Quantile bins of numbers, codes of categories; 0 is missing. A value that many rows have keeps a bin of its own. */
function binsOf(column: TableColumn, rows: Int32Array): Int32Array {
  const own = Float64Array.from(rows, (row) => column.values[row] as number);
  if (column.kind === "category") return Int32Array.from(own, (value) => (Number.isNaN(value) ? 0 : value + 1));
  const edges = edgesOf(own.filter((value) => !Number.isNaN(value)).sort());
  return Int32Array.from(own, (value) => {
    if (Number.isNaN(value)) return 0;
    let low = 0;
    let high = edges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((edges[middle] as number) <= value) low = middle + 1;
      else high = middle;
    }
    return low + 1;
  });
}

/**
 * Where bins begin, in order. Values that fill several quantiles, such as the zeros of an amount that few rows have, would hide
 * whatever is rarer than a quantile: the others get quantiles of their own.
 */
function edgesOf(sorted: Float64Array): Float64Array {
  const quantiles = quantilesOf(sorted);
  const heavy = new Set(quantiles.filter((value, index) => value === quantiles[index - 1]));
  const edges = new Set(quantiles);
  if (heavy.size > 0) {
    const others = sorted.filter((value) => !heavy.has(value));
    for (const value of quantilesOf(others)) edges.add(value);
    for (const value of heavy) {
      const above = others.find((other) => other > value);
      if (above !== undefined) edges.add(above);
    }
  }
  return Float64Array.from(edges).sort();
}

function quantilesOf(sorted: Float64Array): Float64Array {
  return sorted.length === 0
    ? sorted
    : Float64Array.from({ length: bins }, (_, index) => sorted[Math.floor((index * sorted.length) / bins)] as number);
}

/** Among the rows whose value matches: how many, and the share of positives. */
export function ratesOf(look: Look, matches: (value: number) => boolean, column: TableColumn): { count: number; rate: number } {
  let count = 0;
  let hits = 0;
  look.rows.forEach((row, index) => {
    if (!matches(column.values[row] as number)) return;
    count++;
    hits += look.truth[index] as number;
  });
  return { count, rate: count === 0 ? 0 : hits / count };
}
