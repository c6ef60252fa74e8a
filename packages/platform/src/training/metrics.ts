/**
 * How good predictions are, each figure with a 95% bootstrap interval and no assumption about its distribution.
 *
 * A row of weight 2 counts like the row twice; only the ratios of weights matter. Without weights each row counts one.
 *
 * Shapes: truth f64[rows], weight f64[rows], predicted f64[rows] (multiclass: [rows][classes]). Undefined figures are NaN.
 * Twin:   metrics-weights.test.ts, which repeats each row as often as its weight says.
 * Source: Efron 1979 (bootstrap, percentile interval); Hanley & McNeil 1982 (AUC as a rank statistic).
 */
import type { Metric } from "../registry/index.ts";

export type Figure = (truth: Float64Array, predicted: Float64Array, weight?: Float64Array) => number;

/** Probability that a positive ranks above a negative; ties count half. */
export function auc(truth: Float64Array, predicted: Float64Array, weight?: Float64Array): number {
  const order = ranked(predicted);
  let positives = 0;
  let negatives = 0;
  let wins = 0;
  for (let start = 0; start < order.length; ) {
    const tie = tieFrom(start, order, truth, predicted, weight);
    wins += tie.hits * (negatives + (tie.total - tie.hits) / 2);
    positives += tie.hits;
    negatives += tie.total - tie.hits;
    start = tie.end;
  }
  return positives > 0 && negatives > 0 ? wins / (positives * negatives) : Number.NaN;
}

/** Mean precision over the positives, ties taken together. */
export function averagePrecision(truth: Float64Array, predicted: Float64Array, weight?: Float64Array): number {
  const order = ranked(predicted).reverse();
  let found = 0;
  let shown = 0;
  let sum = 0;
  for (let start = 0; start < order.length; ) {
    const tie = tieFrom(start, order, truth, predicted, weight);
    found += tie.hits;
    shown += tie.total;
    if (tie.hits > 0) sum += tie.hits * (found / shown);
    start = tie.end;
  }
  return found > 0 ? sum / found : Number.NaN;
}

/** The rows from `start` on with one prediction: weight of all and of the positives among them. */
function tieFrom(
  start: number,
  order: Uint32Array,
  truth: Float64Array,
  predicted: Float64Array,
  weight: Float64Array | undefined,
): { end: number; hits: number; total: number } {
  const value = predicted[order[start] as number] as number;
  let end = start;
  let hits = 0;
  let total = 0;
  for (; end < order.length && predicted[order[end] as number] === value; end++) {
    const row = order[end] as number;
    const own = weight === undefined ? 1 : (weight[row] as number);
    total += own;
    if (truth[row] === 1) hits += own;
  }
  return { end, hits, total };
}

export function logLoss(truth: Float64Array, predicted: Float64Array, weight?: Float64Array): number {
  return weightedMean(truth.length, weight, (row) => {
    const chance = Math.min(Math.max(predicted[row] as number, 1e-15), 1 - 1e-15);
    return -Math.log(truth[row] === 1 ? chance : 1 - chance);
  });
}

/** Mean squared error of a probability (Brier) or of a value. */
export function meanSquaredError(truth: Float64Array, predicted: Float64Array, weight?: Float64Array): number {
  return weightedMean(truth.length, weight, (row) => ((predicted[row] as number) - (truth[row] as number)) ** 2);
}

export function rootMeanSquaredError(truth: Float64Array, predicted: Float64Array, weight?: Float64Array): number {
  return Math.sqrt(meanSquaredError(truth, predicted, weight));
}

export function meanAbsoluteError(truth: Float64Array, predicted: Float64Array, weight?: Float64Array): number {
  return weightedMean(truth.length, weight, (row) => Math.abs((predicted[row] as number) - (truth[row] as number)));
}

/** Share of the variance that is explained; below 0 is worse than the mean. */
export function rSquared(truth: Float64Array, predicted: Float64Array, weight?: Float64Array): number {
  const mean = weightedMean(truth.length, weight, (row) => truth[row] as number);
  const variance = weightedMean(truth.length, weight, (row) => ((truth[row] as number) - mean) ** 2);
  return variance > 0 ? 1 - meanSquaredError(truth, predicted, weight) / variance : Number.NaN;
}

export function multiclassLogLoss(truth: Float64Array, predicted: Float64Array, weight?: Float64Array): number {
  const classes = predicted.length / truth.length;
  return weightedMean(
    truth.length,
    weight,
    (row) => -Math.log(Math.max(predicted[row * classes + (truth[row] as number)] as number, 1e-15)),
  );
}

export function accuracy(truth: Float64Array, predicted: Float64Array, weight?: Float64Array): number {
  const classes = predicted.length / truth.length;
  return weightedMean(truth.length, weight, (row) => {
    let best = 0;
    for (let other = 1; other < classes; other++)
      if ((predicted[row * classes + other] as number) > (predicted[row * classes + best] as number)) best = other;
    return Number(best === truth[row]);
  });
}

/** NaN where there is no row, or no weight. */
function weightedMean(rows: number, weight: Float64Array | undefined, figureOf: (row: number) => number): number {
  let sum = 0;
  let total = 0;
  for (let row = 0; row < rows; row++) {
    const own = weight === undefined ? 1 : (weight[row] as number);
    sum += own * figureOf(row);
    total += own;
  }
  return sum / total;
}

export interface CalibrationBin {
  readonly rows: number;
  /** Mean predicted probability. */
  readonly predicted: number;
  /** Share of positives. */
  readonly observed: number;
}

/** Ten bins of equal weight, lowest probability first; a row lies whole in the bin that its last part reaches. */
export function calibration(truth: Float64Array, predicted: Float64Array, weight?: Float64Array, bins = 10): CalibrationBin[] {
  const count = Math.min(bins, truth.length);
  const total = weight === undefined ? truth.length : weight.reduce((sum, own) => sum + own, 0);
  const sums = Array.from({ length: count }, () => ({ rows: 0, total: 0, predicted: 0, hits: 0 }));
  let reached = 0;
  for (const row of ranked(predicted)) {
    const own = weight === undefined ? 1 : (weight[row] as number);
    reached += own;
    const bin = sums[Math.min(Math.max(Math.ceil((reached * count) / total) - 1, 0), count - 1)];
    if (bin === undefined || own === 0) continue;
    bin.rows++;
    bin.total += own;
    bin.predicted += own * (predicted[row] as number);
    bin.hits += own * (truth[row] as number);
  }
  return sums
    .filter((bin) => bin.rows > 0)
    .map((bin) => ({ rows: bin.rows, predicted: bin.predicted / bin.total, observed: bin.hits / bin.total }));
}

const resamples = 200;
const resampleRows = 20_000;

/**
 * A figure with its interval. Rows are drawn alike and bring their weights: to weigh a row double is no further evidence,
 * so the interval stays when all weights are doubled. Above 20,000 rows each resample draws 20,000, and the
 * interval is narrowed by the square root of the ratio, so the cost stays bounded: about 200 × 20,000 × log rows.
 */
export function withInterval(figure: Figure, truth: Float64Array, predicted: Float64Array, seed: number, weight?: Float64Array): Metric {
  const value = figure(truth, predicted, weight);
  const rows = truth.length;
  const size = Math.min(rows, resampleRows);
  const width = predicted.length / rows;
  const random = smallRandom(seed);
  const sampleTruth = new Float64Array(size);
  const samplePredicted = new Float64Array(size * width);
  const sampleWeight = weight === undefined ? undefined : new Float64Array(size);
  const found: number[] = [];
  for (let repeat = 0; repeat < resamples; repeat++) {
    for (let index = 0; index < size; index++) {
      const row = Math.floor(random() * rows);
      sampleTruth[index] = truth[row] as number;
      if (sampleWeight !== undefined) sampleWeight[index] = weight?.[row] as number;
      for (let column = 0; column < width; column++) samplePredicted[index * width + column] = predicted[row * width + column] as number;
    }
    const drawn = figure(sampleTruth, samplePredicted, sampleWeight);
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
