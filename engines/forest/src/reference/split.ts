/**
 * The naive twin of split.ts: tries every split of a set of rows by summing over the rows, one candidate at a time.
 */
import type { BinnedFeature } from "../bins.ts";
import type { TrainParameters } from "../parameters.ts";

export interface ReferenceSplit {
  readonly gain: number;
  /** Whether each of the given rows goes left. */
  readonly goesLeft: readonly boolean[];
}

interface Sums {
  readonly gradient: number;
  readonly hessian: number;
  readonly count: number;
}

type Numbers = ArrayLike<number>;

/** Every allowed split by one feature, the best first. */
export function referenceSplits(
  feature: BinnedFeature,
  rows: Numbers,
  gradient: Numbers,
  hessian: Numbers,
  parameters: TrainParameters,
): ReferenceSplit[] {
  const bins = Array.from(rows, (row) => feature.bins[row] as number);
  const isSubset = feature.kind === "category" && feature.valueBins > 4;
  const l2 = parameters.l2 + (isSubset ? parameters.catL2 : 0);
  const total = sumOf(rows, gradient, hessian, () => true);
  const found: ReferenceSplit[] = [];
  for (const left of feature.kind === "category"
    ? categoryCandidates(feature, bins, rows, gradient, hessian, parameters)
    : numericCandidates(feature, bins)) {
    const goesLeft = bins.map((bin) => left.has(bin));
    const a = sumOf(rows, gradient, hessian, (index) => goesLeft[index] === true);
    const b = sumOf(rows, gradient, hessian, (index) => goesLeft[index] === false);
    if (Math.min(a.count, b.count) < parameters.minRows || Math.min(a.hessian, b.hessian) < parameters.minHessian) continue;
    const gain = scoreOf(a, l2) + scoreOf(b, l2) - scoreOf(total, parameters.l2) - parameters.minGain;
    if (gain > 0) found.push({ gain, goesLeft });
  }
  return found.sort((a, b) => b.gain - a.gain);
}

function scoreOf(sums: Sums, l2: number): number {
  return sums.hessian + l2 > 0 ? sums.gradient ** 2 / (sums.hessian + l2) : 0;
}

function sumOf(rows: Numbers, gradient: Numbers, hessian: Numbers, includes: (index: number) => boolean): Sums {
  const chosen = Array.from(rows).filter((_, index) => includes(index));
  const add = (values: Numbers): number => chosen.reduce((sum, row) => sum + (values[row] as number), 0);
  return { gradient: add(gradient), hessian: add(hessian), count: chosen.length };
}

function numericCandidates(feature: BinnedFeature, bins: readonly number[]): Set<number>[] {
  const missing = feature.valueBins;
  const sets: Set<number>[] = [];
  for (let last = 0; last < feature.valueBins; last++) {
    const left = new Set(Array.from({ length: last + 1 }, (_, bin) => bin));
    sets.push(left);
    if (bins.includes(missing)) sets.push(new Set([...left, missing]));
  }
  return sets;
}

function categoryCandidates(
  feature: BinnedFeature,
  bins: readonly number[],
  rows: Numbers,
  gradient: Numbers,
  hessian: Numbers,
  parameters: TrainParameters,
): Set<number>[] {
  const present = [...new Set(bins)].sort((a, b) => a - b);
  if (feature.valueBins <= 4) return present.map((bin) => new Set([bin]));
  const sums = new Map(present.map((bin) => [bin, sumOf(rows, gradient, hessian, (index) => bins[index] === bin)]));
  const statistic = (bin: number): number => (sums.get(bin)?.gradient ?? 0) / ((sums.get(bin)?.hessian ?? 0) + parameters.catSmooth);
  const order = present.filter((bin) => (sums.get(bin)?.count ?? 0) >= parameters.catSmooth).sort((a, b) => statistic(a) - statistic(b));
  const most = Math.min(parameters.maxCatThreshold, Math.floor((order.length + 1) / 2));
  const prefixes = (list: readonly number[]): Set<number>[] =>
    Array.from({ length: most }, (_, index) => new Set(list.slice(0, index + 1)));
  return [...prefixes(order), ...prefixes([...order].reverse())];
}
