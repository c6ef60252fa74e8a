/**
 * Finds the best split of one leaf by one feature from its histogram.
 *
 * Histogram of a feature: f64[valueBins + 1][3] = gradient, hessian, row count; the last bin is missing.
 * Gain: GL²/(HL+λ) + GR²/(HR+λ) - G²/(H+λ). Categories: one against the rest when few, else a prefix of the order by
 * G/(H+smooth), from either end. Missing is tried on both sides, and takes part in the order as a category of its own.
 * Source: Chen & Guestrin 2016 (gain), Ke et al. 2017 and Fisher 1958 (categories).
 * Twin:   reference/split.ts, which sums over rows.
 */
import type { BinnedFeature } from "./bins.ts";
import type { TrainParameters } from "./parameters.ts";

export interface NodeSums {
  gradient: number;
  hessian: number;
  count: number;
}

/** The best split so far of a leaf; `feature` is -1 while there is none. */
export interface Split {
  gain: number;
  feature: number;
  isCategory: boolean;
  /** A subset of sorted categories: its leaves are shrunk by catL2 too. */
  isSubset: boolean;
  /** Numeric: bins up to this one go left. */
  bin: number;
  /** Sums over the rows that go left. */
  readonly left: NodeSums;
  /** 1 left, 0 right, -1 no missing row was here: the side of larger cover. */
  missingLeft: -1 | 0 | 1;
  /** Category: [256] 1 for bins that go left, 0 right, unseenBin for those without a row here. */
  readonly leftBins: Uint8Array;
}

const oneHotMost = 4;
export const unseenBin = 2;

export function createSplit(): Split {
  const left = { gradient: 0, hessian: 0, count: 0 };
  return { gain: 0, feature: -1, isCategory: false, isSubset: false, bin: 0, left, missingLeft: -1, leftBins: new Uint8Array(256) };
}

export function clearSplit(split: Split): void {
  split.gain = 0;
  split.feature = -1;
}

function setSums(sums: NodeSums, gradient: number, hessian: number, count: number): void {
  sums.gradient = gradient;
  sums.hessian = hessian;
  sums.count = count;
}

/** The share of the loss that a leaf with these sums takes away. */
function score(gradient: number, hessian: number, l2: number): number {
  const denominator = hessian + l2;
  return denominator > 0 ? (gradient * gradient) / denominator : 0;
}

export function findNumericSplit(
  histogram: Float64Array,
  offset: number,
  feature: BinnedFeature,
  index: number,
  node: NodeSums,
  parameters: TrainParameters,
  best: Split,
): void {
  const { minRows, minHessian, l2, minGain } = parameters;
  const valueBins = feature.valueBins;
  const missingAt = offset + valueBins * 3;
  const missingCount = histogram[missingAt + 2] as number;
  const parent = score(node.gradient, node.hessian, l2) + minGain;
  const sides = missingCount > 0 ? 2 : 1;
  for (let side = 0; side < sides; side++) {
    const missingLeft = side === 1;
    let gradient = missingLeft ? (histogram[missingAt] as number) : 0;
    let hessian = missingLeft ? (histogram[missingAt + 1] as number) : 0;
    let count = missingLeft ? missingCount : 0;
    const last = missingCount > 0 && !missingLeft ? valueBins : valueBins - 1;
    for (let bin = 0; bin < last; bin++) {
      const at = offset + bin * 3;
      const here = histogram[at + 2] as number;
      if (here === 0) continue;
      gradient += histogram[at] as number;
      hessian += histogram[at + 1] as number;
      count += here;
      if (count < minRows || hessian < minHessian) continue;
      const restHessian = node.hessian - hessian;
      if (node.count - count < minRows || restHessian < minHessian) break;
      const gain = score(gradient, hessian, l2) + score(node.gradient - gradient, restHessian, l2) - parent;
      if (gain > best.gain) {
        best.gain = gain;
        best.feature = index;
        best.isCategory = false;
        best.isSubset = false;
        best.bin = bin;
        setSums(best.left, gradient, hessian, count);
        best.missingLeft = missingCount > 0 ? (missingLeft ? 1 : 0) : -1;
      }
    }
  }
}

export function findCategorySplit(
  histogram: Float64Array,
  offset: number,
  feature: BinnedFeature,
  index: number,
  node: NodeSums,
  parameters: TrainParameters,
  best: Split,
): void {
  const present: number[] = [];
  for (let bin = 0; bin <= feature.valueBins; bin++) if ((histogram[offset + bin * 3 + 2] as number) > 0) present.push(bin);
  if (present.length < 2) return;
  const isSubset = feature.valueBins > oneHotMost;
  const search: CategorySearch = { histogram, offset, index, node, parameters, best, missing: feature.valueBins, isSubset };
  if (!isSubset) {
    for (const bin of present) tryPrefixes(search, [bin], 1, present);
    return;
  }
  const { catSmooth, maxCatThreshold } = parameters;
  const frequent = present.filter((bin) => (histogram[offset + bin * 3 + 2] as number) >= catSmooth);
  const statistic = (bin: number): number => {
    const denominator = (histogram[offset + bin * 3 + 1] as number) + catSmooth;
    return denominator > 0 ? (histogram[offset + bin * 3] as number) / denominator : 0;
  };
  frequent.sort((a, b) => statistic(a) - statistic(b) || a - b);
  const most = Math.min(maxCatThreshold, (frequent.length + 1) >> 1);
  tryPrefixes(search, frequent, most, present);
  tryPrefixes(search, frequent.reverse(), most, present);
}

interface CategorySearch {
  readonly histogram: Float64Array;
  readonly offset: number;
  readonly index: number;
  readonly node: NodeSums;
  readonly parameters: TrainParameters;
  readonly best: Split;
  readonly missing: number;
  readonly isSubset: boolean;
}

/** Tries the first 1 … most bins of an order as the left side. */
function tryPrefixes(search: CategorySearch, order: readonly number[], most: number, present: readonly number[]): void {
  const { histogram, offset, node, best, missing, isSubset } = search;
  const { minRows, minHessian, minGain } = search.parameters;
  const l2 = search.parameters.l2 + (isSubset ? search.parameters.catL2 : 0);
  const parent = score(node.gradient, node.hessian, search.parameters.l2) + minGain;
  let gradient = 0;
  let hessian = 0;
  let count = 0;
  for (let length = 1; length <= most; length++) {
    const at = offset + (order[length - 1] as number) * 3;
    gradient += histogram[at] as number;
    hessian += histogram[at + 1] as number;
    count += histogram[at + 2] as number;
    if (count < minRows || hessian < minHessian) continue;
    if (node.count - count < minRows || node.hessian - hessian < minHessian) break;
    const gain = score(gradient, hessian, l2) + score(node.gradient - gradient, node.hessian - hessian, l2) - parent;
    if (gain > best.gain) {
      best.gain = gain;
      best.feature = search.index;
      best.isCategory = true;
      best.isSubset = isSubset;
      setSums(best.left, gradient, hessian, count);
      best.leftBins.fill(unseenBin);
      for (const bin of present) best.leftBins[bin] = 0;
      for (let position = 0; position < length; position++) best.leftBins[order[position] as number] = 1;
      best.missingLeft = present[present.length - 1] === missing ? (best.leftBins[missing] === 1 ? 1 : 0) : -1;
    }
  }
}
