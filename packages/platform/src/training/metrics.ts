/**
 * How good predictions are, each figure with a 95% bootstrap interval and no assumption about its distribution.
 *
 * Shapes: truth f64[rows], predicted f64[rows] (multiclass: [rows][classes]). Undefined figures (one class only) are NaN.
 * Source: Efron 1979 (bootstrap, percentile interval); Hanley & McNeil 1982 (AUC as a rank statistic).
 */
import type { Metric } from "../registry/index.ts";

export type Figure = (truth: Float64Array, predicted: Float64Array) => number;

/** Probability that a positive ranks above a negative; ties count half. */
export function auc(truth: Float64Array, predicted: Float64Array): number {
  const order = ranked(predicted);
  let positives = 0;
  let rankSum = 0;
  for (let start = 0; start < order.length; ) {
    let end = start;
    let hits = 0;
    const value = predicted[order[start] as number] as number;
    for (; end < order.length && predicted[order[end] as number] === value; end++) hits += truth[order[end] as number] as number;
    rankSum += (hits * (start + end + 1)) / 2;
    positives += hits;
    start = end;
  }
  const negatives = truth.length - positives;
  return positives === 0 || negatives === 0 ? Number.NaN : (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}

/** Mean precision over the positives, ties taken together. */
export function averagePrecision(truth: Float64Array, predicted: Float64Array): number {
  const order = ranked(predicted).reverse();
  let positives = 0;
  for (const value of truth) positives += value;
  if (positives === 0) return Number.NaN;
  let found = 0;
  let sum = 0;
  for (let start = 0; start < order.length; ) {
    let end = start;
    let hits = 0;
    const value = predicted[order[start] as number] as number;
    for (; end < order.length && predicted[order[end] as number] === value; end++) hits += truth[order[end] as number] as number;
    found += hits;
    sum += hits * (found / end);
    start = end;
  }
  return sum / positives;
}

export function logLoss(truth: Float64Array, predicted: Float64Array): number {
  let sum = 0;
  for (let row = 0; row < truth.length; row++) {
    const chance = Math.min(Math.max(predicted[row] as number, 1e-15), 1 - 1e-15);
    sum -= Math.log(truth[row] === 1 ? chance : 1 - chance);
  }
  return sum / truth.length;
}

/** Mean squared error of a probability (Brier) or of a value. */
export function meanSquaredError(truth: Float64Array, predicted: Float64Array): number {
  let sum = 0;
  for (let row = 0; row < truth.length; row++) sum += ((predicted[row] as number) - (truth[row] as number)) ** 2;
  return sum / truth.length;
}

export function rootMeanSquaredError(truth: Float64Array, predicted: Float64Array): number {
  return Math.sqrt(meanSquaredError(truth, predicted));
}

export function meanAbsoluteError(truth: Float64Array, predicted: Float64Array): number {
  let sum = 0;
  for (let row = 0; row < truth.length; row++) sum += Math.abs((predicted[row] as number) - (truth[row] as number));
  return sum / truth.length;
}

/** Share of the variance that is explained; below 0 is worse than the mean. */
export function rSquared(truth: Float64Array, predicted: Float64Array): number {
  let mean = 0;
  for (const value of truth) mean += value / truth.length;
  let total = 0;
  for (const value of truth) total += (value - mean) ** 2;
  return total === 0 ? Number.NaN : 1 - (meanSquaredError(truth, predicted) * truth.length) / total;
}

export function multiclassLogLoss(truth: Float64Array, predicted: Float64Array): number {
  const classes = predicted.length / truth.length;
  let sum = 0;
  for (let row = 0; row < truth.length; row++)
    sum -= Math.log(Math.max(predicted[row * classes + (truth[row] as number)] as number, 1e-15));
  return sum / truth.length;
}

export function accuracy(truth: Float64Array, predicted: Float64Array): number {
  const classes = predicted.length / truth.length;
  let hits = 0;
  for (let row = 0; row < truth.length; row++) {
    let best = 0;
    for (let other = 1; other < classes; other++)
      if ((predicted[row * classes + other] as number) > (predicted[row * classes + best] as number)) best = other;
    hits += Number(best === truth[row]);
  }
  return hits / truth.length;
}

export interface CalibrationBin {
  readonly rows: number;
  /** Mean predicted probability. */
  readonly predicted: number;
  /** Share of positives. */
  readonly observed: number;
}

/** Ten bins of equal rows, lowest probability first. */
export function calibration(truth: Float64Array, predicted: Float64Array, bins = 10): CalibrationBin[] {
  const order = ranked(predicted);
  return Array.from({ length: Math.min(bins, order.length) }, (_, bin) => {
    const own = order.subarray(Math.floor((bin * order.length) / bins), Math.floor(((bin + 1) * order.length) / bins));
    let sum = 0;
    let hits = 0;
    for (const row of own) {
      sum += predicted[row] as number;
      hits += truth[row] as number;
    }
    return { rows: own.length, predicted: sum / own.length, observed: hits / own.length };
  }).filter((bin) => bin.rows > 0);
}

const resamples = 200;
const resampleRows = 20_000;

/**
 * A figure with its interval. Above 20,000 rows each resample draws 20,000, and the interval is narrowed by the square
 * root of the ratio, so the cost stays bounded: about 200 × 20,000 × log rows.
 */
export function withInterval(figure: Figure, truth: Float64Array, predicted: Float64Array, seed: number): Metric {
  const value = figure(truth, predicted);
  const rows = truth.length;
  const size = Math.min(rows, resampleRows);
  const width = predicted.length / rows;
  const random = smallRandom(seed);
  const sampleTruth = new Float64Array(size);
  const samplePredicted = new Float64Array(size * width);
  const found: number[] = [];
  for (let repeat = 0; repeat < resamples; repeat++) {
    for (let index = 0; index < size; index++) {
      const row = Math.floor(random() * rows);
      sampleTruth[index] = truth[row] as number;
      for (let column = 0; column < width; column++) samplePredicted[index * width + column] = predicted[row * width + column] as number;
    }
    const drawn = figure(sampleTruth, samplePredicted);
    if (!Number.isNaN(drawn)) found.push(drawn);
  }
  if (found.length === 0) return { value };
  found.sort((a, b) => a - b);
  const scale = Math.sqrt(size / rows);
  const at = (share: number): number =>
    value + ((found[Math.min(found.length - 1, Math.floor(share * found.length))] as number) - value) * scale;
  return { value, low: at(0.025), high: at(0.975) };
}

/** mulberry32: enough for resampling and folds; not for secrets. */
export function smallRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function ranked(values: Float64Array): Uint32Array {
  return Uint32Array.from(values.keys()).sort((a, b) => (values[a] as number) - (values[b] as number));
}
