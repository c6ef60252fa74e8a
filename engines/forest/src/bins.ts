/**
 * Turns columns into bins of one byte, the form that trees are grown on.
 *
 * Few distinct values get a bin each; many are cut greedily into bins of equal count, a frequent value keeping one of
 * its own. Thresholds are midpoints between neighbouring seen values, so `value <= threshold` agrees with the bin
 * exactly. The bin after the last value bin is for missing.
 * Source: Ke et al. 2017 and Li et al. 2008 (histogram binning).
 */
import { checkColumns, type FeatureColumn } from "./data.ts";
import { type FeatureKind, forestLimits } from "./forest.ts";
import { createRandom } from "./random.ts";

export interface BinnedFeature {
  readonly kind: FeatureKind;
  /** Bins 0 … valueBins - 1 hold values, bin valueBins holds missing. */
  readonly valueBins: number;
  /** u8[rows] */
  readonly bins: Uint8Array;
  /** f64[valueBins - 1]; a value <= thresholds[b] lies in bin b or before. Empty for a category. */
  readonly thresholds: Float64Array;
  /** i32[valueBins]; the category code of a bin. Empty unless a category. */
  readonly categoryOfBin: Int32Array;
}

export interface BinnedTable {
  readonly rowCount: number;
  readonly features: readonly BinnedFeature[];
}

/** Above this many rows the cuts are made from a sample; every value is still binned exactly. */
const sampleRows = 200_000;

/**
 * Bins a table once; the result serves every fold over the same columns.
 * @param rowIndex the rows that the cuts are made from; all rows are binned.
 * @throws ForestError "forest.data_invalid"
 * Cost: O(rows log rows) a column.
 */
export function binTable(columns: readonly FeatureColumn[], bins: number, rowIndex?: Int32Array): BinnedTable {
  checkColumns(columns);
  const rowCount = columns[0]?.values.length ?? 0;
  const rows = rowIndex ?? Int32Array.from({ length: rowCount }, (_, row) => row);
  const features = columns.map((column) =>
    column.kind === "category" ? binCategories(column, bins, rows) : binNumbers(column, bins, rows),
  );
  return { rowCount, features };
}

function binCategories(column: FeatureColumn, bins: number, rows: Int32Array): BinnedFeature {
  const counts = new Float64Array(Math.min(column.categories?.length ?? 0, forestLimits.categories));
  for (const row of rows) {
    const code = column.values[row] as number;
    if (!Number.isNaN(code)) counts[code] = (counts[code] as number) + 1;
  }
  const seen = Array.from(counts.keys()).filter((code) => (counts[code] as number) > 0);
  seen.sort((a, b) => (counts[b] as number) - (counts[a] as number) || a - b);
  const categoryOfBin = Int32Array.from(seen.slice(0, bins));
  const binOfCategory = new Uint8Array(counts.length).fill(categoryOfBin.length);
  categoryOfBin.forEach((code, bin) => {
    binOfCategory[code] = bin;
  });
  const missing = categoryOfBin.length;
  const binned = Uint8Array.from(column.values, (code) => (!Number.isNaN(code) ? (binOfCategory[code] as number) : missing));
  return { kind: "category", valueBins: missing, bins: binned, thresholds: new Float64Array(0), categoryOfBin };
}

function binNumbers(column: FeatureColumn, bins: number, rows: Int32Array): BinnedFeature {
  const sorted = sortedSample(column.values, rows);
  const thresholds = cutPoints(sorted, bins);
  const valueBins = sorted.length === 0 ? 0 : thresholds.length + 1;
  const binned = new Uint8Array(column.values.length);
  const binOf = createBinOf(thresholds);
  for (let row = 0; row < binned.length; row++) {
    const value = column.values[row] as number;
    binned[row] = !Number.isNaN(value) && valueBins > 0 ? binOf(value) : valueBins;
  }
  return { kind: column.kind, valueBins, bins: binned, thresholds, categoryOfBin: new Int32Array(0) };
}

/** Equal stretches from the first threshold to the last, by which a value comes near its bin at once. */
const stretches = 1_024;

/**
 * The first bin whose threshold is not below the value.
 *
 * The stretch of a number never falls as the number grows, so a value's bin lies among the thresholds of its own stretch;
 * a binary search there is short. Where thresholds are too few or too far apart it goes over all of them.
 */
function createBinOf(thresholds: Float64Array): (value: number) => number {
  const last = thresholds.length - 1;
  const first = thresholds[0] ?? 0;
  const perStretch = (stretches - 1) / ((thresholds[last] ?? 0) - first);
  if (last < 8 || !(perStretch > 0 && perStretch < Number.POSITIVE_INFINITY)) return (value) => search(thresholds, value, 0, last + 1);
  const stretchOf = (value: number): number => Math.max(0, Math.min(stretches - 1, Math.floor((value - first) * perStretch)));
  /** [stretches + 1]: how many thresholds lie in the stretches before. */
  const before = new Int32Array(stretches + 1);
  for (const threshold of thresholds) before[stretchOf(threshold) + 1] = (before[stretchOf(threshold) + 1] as number) + 1;
  for (let index = 0; index < stretches; index++) before[index + 1] = (before[index + 1] as number) + (before[index] as number);
  return (value) => {
    const stretch = stretchOf(value);
    return search(thresholds, value, before[stretch] as number, before[stretch + 1] as number);
  };
}

function search(thresholds: Float64Array, value: number, from: number, to: number): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (value <= (thresholds[middle] as number)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Present values in order, infinities as the largest finite numbers. */
function sortedSample(values: Float64Array, rows: Int32Array): Float64Array {
  const random = createRandom(rows.length);
  const stride = Math.max(1, rows.length / sampleRows);
  const sample = new Float64Array(Math.min(rows.length, sampleRows));
  let count = 0;
  for (let index = 0; index < sample.length; index++) {
    const position = stride === 1 ? index : Math.min(rows.length - 1, Math.floor((index + random.next()) * stride));
    const value = values[rows[position] as number] as number;
    if (!Number.isNaN(value)) sample[count++] = Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, value));
  }
  return sample.slice(0, count).sort();
}

function cutPoints(sorted: Float64Array, bins: number): Float64Array {
  const values: number[] = [];
  const counts: number[] = [];
  for (const value of sorted) {
    if (values.length > 0 && values[values.length - 1] === value) counts[counts.length - 1] = (counts[counts.length - 1] as number) + 1;
    else {
      values.push(value);
      counts.push(1);
    }
  }
  const last = values.length <= bins ? values.map((_, index) => index) : greedyEnds(counts, sorted.length, bins);
  const cuts = new Float64Array(Math.max(0, last.length - 1));
  for (let index = 0; index < cuts.length; index++) {
    const end = last[index] as number;
    cuts[index] = between(values[end] as number, values[end + 1] as number);
  }
  return cuts;
}

/** The index of the last distinct value of each bin. */
function greedyEnds(counts: readonly number[], total: number, bins: number): number[] {
  let size = total / bins;
  const big = counts.map((count) => count >= size);
  let restCount = total;
  let restBins = bins;
  for (const [index, isBig] of big.entries()) {
    if (!isBig) continue;
    restBins--;
    restCount -= counts[index] as number;
  }
  size = restBins > 0 ? restCount / restBins : total;
  const ends: number[] = [];
  let filled = 0;
  for (let index = 0; index < counts.length - 1 && ends.length < bins - 1; index++) {
    if (!big[index]) restCount -= counts[index] as number;
    filled += counts[index] as number;
    if (big[index] || filled >= size || (big[index + 1] && filled >= Math.max(1, size * 0.5))) {
      ends.push(index);
      filled = 0;
      if (!big[index]) {
        restBins--;
        size = restBins > 0 ? restCount / restBins : size;
      }
    }
  }
  ends.push(counts.length - 1);
  return ends;
}

/** A number t with low <= t < high, the midpoint where there is one. */
function between(low: number, high: number): number {
  const middle = low / 2 + high / 2 + 0;
  return middle >= low && middle < high ? middle : low;
}
