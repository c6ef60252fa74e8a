/**
 * Grows one tree leaf by leaf: the leaf whose best split gains most is split next.
 *
 * Histograms are summed for the smaller child only; the larger child's is the parent's minus that. They live in a pool
 * of bounded size: a leaf that got none is summed again when it is split. Rows of a leaf are one ascending range.
 * Gradients lie on the grid of grid.ts, so every sum is exact and no order of adding changes a tree.
 *
 * Shapes: gradient and hessian f64[table rows], histogram f64[sum of (valueBins + 1)][3].
 * Source: Ke et al. 2017 (leaf-wise growth), Chen & Guestrin 2016 (Newton leaves).
 */
import type { BinnedFeature, BinnedTable } from "./bins.ts";
import type { FeatureColumn } from "./data.ts";
import { forestLimits } from "./forest.ts";
import { roundToGrid } from "./grid.ts";
import { startHistograms } from "./histogram.ts";
import type { TrainParameters } from "./parameters.ts";
import { clearSplit, createSplit, findCategorySplit, findNumericSplit, type NodeSums, type Split, unseenBin } from "./split.ts";
import { createTree, type GrownTree } from "./tree.ts";

const poolBytes = 512 * 1024 * 1024;

interface Leaf extends NodeSums {
  start: number;
  depth: number;
  cover: number;
  /** The node that points here, -1 for the root, and on which side. */
  parent: number;
  isLeft: boolean;
  /** catL2 when it came from a subset split. */
  extraL2: number;
  histogram: Float64Array | undefined;
  readonly split: Split;
}

export interface TreeGrower {
  /**
   * Grows one tree on `rows` with `features`. Afterwards `rows` is ordered by leaf, and `gradient` and `hessian` of
   * these rows are rounded to their grids.
   */
  grow(rows: Int32Array, features: Int32Array, gradient: Float64Array, hessian: Float64Array): GrownTree;
  /** Adds the leaf values of the tree grown last to scores[offset + row], for the rows it was grown on. */
  addScores(scores: Float64Array, offset: number): void;
}

export function createTreeGrower(
  columns: readonly FeatureColumn[],
  table: BinnedTable,
  parameters: TrainParameters,
  weight: Float64Array | undefined,
  rowCapacity: number,
  start = startHistograms,
): TreeGrower {
  const offsets = new Int32Array(table.features.length);
  let total = 0;
  table.features.forEach((feature, index) => {
    offsets[index] = total;
    total += (feature.valueBins + 1) * 3;
  });
  const poolSize = Math.max(2, Math.min(parameters.leaves + 1, Math.floor(poolBytes / (total * 8))));
  const pool: Float64Array[] = [];
  let poolMade = 0;
  const goesLeft = new Uint8Array(256);
  const moved = new Int32Array(rowCapacity);
  const summer = start(table, rowCapacity);
  const splits = Array.from({ length: parameters.leaves }, createSplit);
  const depthLimit = parameters.maxDepth > 0 ? parameters.maxDepth : forestLimits.depth;
  let tree = createTree(2);
  let leaves: Leaf[] = [];
  let rows = new Int32Array(0);
  let features = new Int32Array(0);
  let gradient = new Float64Array(0);
  let hessian = new Float64Array(0);

  /** A free histogram; when the pool is used up, that of the leaf least likely to be split soon. */
  function takeHistogram(): Float64Array {
    const free = pool.pop();
    if (free !== undefined) return free;
    if (poolMade < poolSize) {
      poolMade++;
      return new Float64Array(total);
    }
    let poorest: Leaf | undefined;
    for (const leaf of leaves)
      if (leaf.histogram !== undefined && !(poorest !== undefined && poorest.split.gain <= leaf.split.gain)) poorest = leaf;
    const taken = poorest?.histogram;
    if (poorest === undefined || taken === undefined) return new Float64Array(total);
    poorest.histogram = undefined;
    return taken;
  }

  function giveHistogram(leaf: Leaf): void {
    if (leaf.histogram !== undefined) pool.push(leaf.histogram);
    leaf.histogram = undefined;
  }

  function newLeaf(index: number, start: number, count: number, depth: number, parent: number, isLeft: boolean, extraL2: number): Leaf {
    const leaf: Leaf = {
      start,
      count,
      depth,
      parent,
      isLeft,
      extraL2,
      gradient: 0,
      hessian: 0,
      cover: 0,
      histogram: undefined,
      split: splits[index] as Split,
    };
    for (let at = start; at < start + count; at++) {
      const row = rows[at] as number;
      leaf.gradient += gradient[row] as number;
      leaf.hessian += hessian[row] as number;
      leaf.cover += weight === undefined ? 1 : (weight[row] as number);
    }
    return leaf;
  }

  function canSplit(leaf: Leaf): boolean {
    return leaf.depth < depthLimit && leaf.count >= 2 * parameters.minRows && leaf.hessian >= 2 * parameters.minHessian;
  }

  function fillHistogram(leaf: Leaf, histogram: Float64Array): void {
    summer.load(rows, leaf.start, leaf.count, gradient, hessian);
    for (const featureIndex of features) summer.sum(featureIndex, histogram, offsets[featureIndex] as number);
  }

  function findSplit(leaf: Leaf, histogram: Float64Array): void {
    clearSplit(leaf.split);
    for (const featureIndex of features) {
      const feature = table.features[featureIndex] as BinnedFeature;
      const offset = offsets[featureIndex] as number;
      const find = feature.kind === "category" ? findCategorySplit : findNumericSplit;
      find(histogram, offset, feature, featureIndex, leaf, parameters, leaf.split);
    }
    if (!(leaf.split.gain < Number.POSITIVE_INFINITY)) clearSplit(leaf.split);
  }

  /** Gives both children their best splits; `inherited` is the parent's histogram, if it was kept. */
  function evaluateChildren(left: Leaf, right: Leaf, inherited: Float64Array | undefined): void {
    const [small, large] = left.count <= right.count ? [left, right] : [right, left];
    clearSplit(small.split);
    clearSplit(large.split);
    const needSmall = canSplit(small);
    const needLarge = canSplit(large);
    if (!needSmall && !needLarge) {
      if (inherited !== undefined) pool.push(inherited);
      return;
    }
    const scratch = takeHistogram();
    if (inherited === undefined) {
      evaluateWithOne(small, large, scratch, needSmall, needLarge);
      return;
    }
    fillHistogram(small, scratch);
    small.histogram = scratch;
    if (needSmall) findSplit(small, scratch);
    if (needLarge) {
      for (const featureIndex of features) {
        const from = offsets[featureIndex] as number;
        const to = from + ((table.features[featureIndex] as BinnedFeature).valueBins + 1) * 3;
        for (let at = from; at < to; at++) inherited[at] = (inherited[at] as number) - (scratch[at] as number);
      }
      findSplit(large, inherited);
    }
    large.histogram = inherited;
    if (small.split.feature < 0) giveHistogram(small);
    if (large.split.feature < 0) giveHistogram(large);
  }

  /** Both children in turn through one histogram; the large one keeps it. */
  function evaluateWithOne(small: Leaf, large: Leaf, histogram: Float64Array, needSmall: boolean, needLarge: boolean): void {
    if (needSmall) {
      fillHistogram(small, histogram);
      findSplit(small, histogram);
    }
    if (needLarge) {
      fillHistogram(large, histogram);
      findSplit(large, histogram);
      large.histogram = histogram;
    } else pool.push(histogram);
  }

  /** Orders the rows of a leaf by side, stable; returns how many went left. */
  function partition(leaf: Leaf, split: Split): number {
    const feature = table.features[split.feature] as BinnedFeature;
    for (let bin = 0; bin < feature.valueBins; bin++)
      goesLeft[bin] = (split.isCategory ? split.leftBins[bin] === 1 : bin <= split.bin) ? 1 : 0;
    goesLeft[feature.valueBins] = split.missingLeft === 1 ? 1 : 0;
    const bins = feature.bins;
    let lefts = 0;
    let rights = 0;
    for (let at = leaf.start; at < leaf.start + leaf.count; at++) {
      const row = rows[at] as number;
      if (goesLeft[bins[row] as number] === 1) rows[leaf.start + lefts++] = row;
      else moved[rights++] = row;
    }
    rows.set(moved.subarray(0, rights), leaf.start + lefts);
    return lefts;
  }

  function splitLeaf(index: number): void {
    const leaf = leaves[index] as Leaf;
    const split = leaf.split;
    const inherited = leaf.histogram;
    const node = tree.nodeCount++;
    const rightIndex = tree.leafCount++;
    const lefts = partition(leaf, split);
    const extraL2 = split.isSubset ? parameters.catL2 : 0;
    const left = newLeaf(index, leaf.start, lefts, leaf.depth + 1, node, true, extraL2);
    const right = newLeaf(rightIndex, leaf.start + lefts, leaf.count - lefts, leaf.depth + 1, node, false, extraL2);
    if (leaf.parent >= 0) (leaf.isLeft ? tree.left : tree.right)[leaf.parent] = node;
    tree.left[node] = ~index;
    tree.right[node] = ~rightIndex;
    const defaultLeft = split.missingLeft === -1 ? left.cover >= right.cover : split.missingLeft === 1;
    writeNode(node, split, defaultLeft);
    leaves[index] = left;
    leaves[rightIndex] = right;
    if (tree.leafCount < parameters.leaves) evaluateChildren(left, right, inherited);
    else if (inherited !== undefined) pool.push(inherited);
  }

  function writeNode(node: number, split: Split, defaultLeft: boolean): void {
    const feature = table.features[split.feature] as BinnedFeature;
    tree.feature[node] = split.feature;
    tree.gain[node] = split.gain;
    tree.defaultLeft[node] = defaultLeft ? 1 : 0;
    if (!split.isCategory) {
      tree.threshold[node] = split.bin < feature.thresholds.length ? (feature.thresholds[split.bin] as number) : Number.POSITIVE_INFINITY;
      return;
    }
    const categoryCount = (columns[split.feature] as FeatureColumn).categories?.length ?? 0;
    tree.categories[node] = categorySet(feature, split, categoryCount, defaultLeft);
  }

  function grow(onRows: Int32Array, onFeatures: Int32Array, gradients: Float64Array, hessians: Float64Array): GrownTree {
    rows = onRows as Int32Array<ArrayBuffer>;
    features = onFeatures as Int32Array<ArrayBuffer>;
    gradient = gradients as Float64Array<ArrayBuffer>;
    hessian = hessians as Float64Array<ArrayBuffer>;
    roundToGrid(gradient, rows);
    roundToGrid(hessian, rows);
    tree = createTree(parameters.leaves);
    const root = newLeaf(0, 0, rows.length, 0, -1, true, 0);
    leaves = [root];
    clearSplit(root.split);
    root.histogram = canSplit(root) ? takeHistogram() : undefined;
    if (root.histogram !== undefined) {
      fillHistogram(root, root.histogram);
      findSplit(root, root.histogram);
    }
    while (tree.leafCount < parameters.leaves) {
      let best = -1;
      let bestGain = 0;
      for (let index = 0; index < tree.leafCount; index++) {
        const split = (leaves[index] as Leaf).split;
        if (split.feature >= 0 && split.gain > bestGain) {
          best = index;
          bestGain = split.gain;
        }
      }
      if (best < 0) break;
      splitLeaf(best);
    }
    leaves.forEach((leaf, index) => {
      giveHistogram(leaf);
      const denominator = leaf.hessian + parameters.l2 + leaf.extraL2;
      tree.leafValue[index] = tree.nodeCount > 0 && denominator > 0 ? (-leaf.gradient / denominator) * parameters.rate : 0;
      tree.leafCover[index] = leaf.cover;
    });
    return tree;
  }

  function addScores(scores: Float64Array, offset: number): void {
    for (let index = 0; index < tree.leafCount; index++) {
      const { start, count } = leaves[index] as Leaf;
      const value = tree.leafValue[index] as number;
      for (let at = start; at < start + count; at++) {
        const slot = offset + (rows[at] as number);
        scores[slot] = (scores[slot] as number) + value;
      }
    }
  }

  return { grow, addScores };
}

/** Bits of the categories that go left; one that the node never saw goes the default way. */
function categorySet(feature: BinnedFeature, split: Split, categoryCount: number, defaultLeft: boolean): Uint32Array {
  const words = new Uint32Array(Math.ceil(categoryCount / 32));
  const binOfCategory = new Map<number, number>();
  feature.categoryOfBin.forEach((code, bin) => {
    binOfCategory.set(code, bin);
  });
  for (let code = 0; code < categoryCount; code++) {
    const bin = binOfCategory.get(code);
    const side = bin === undefined ? unseenBin : split.leftBins[bin];
    const goesLeft = side === unseenBin ? defaultLeft : side === 1;
    if (goesLeft) words[code >> 5] = (words[code >> 5] as number) | (1 << (code & 31));
  }
  return words;
}
