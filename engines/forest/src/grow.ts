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
import { treeKey } from "./grid.ts";
import type { TrainParameters } from "./parameters.ts";
import { clearSplit, createSplit, type NodeSums, type Split, unseenBin } from "./split.ts";
import type { StartThread } from "./team.ts";
import { addTreeScores, createTree, type GrownTree } from "./tree.ts";
import { type Evaluated, histogramOffsets, type OwnRows, type TreeMachine } from "./tree-machine.ts";
import { type StartMachines, startMachines } from "./tree-machines.ts";

const poolBytes = 512 * 1024 * 1024;

interface Leaf extends NodeSums {
  readonly index: number;
  depth: number;
  cover: number;
  /** The node that points here, -1 for the root, and on which side. */
  parent: number;
  isLeft: boolean;
  /** catL2 when it came from a subset split. */
  extraL2: number;
  /** Its slot. */
  histogram: number | undefined;
  readonly split: Split;
}

export interface TreeGrower {
  /** Grows one tree on `rows` with `features`; the fine grid rounds `gradient` and `hessian` of these rows in place. */
  grow(rows: Int32Array, features: Int32Array, gradient: Float64Array, hessian: Float64Array): GrownTree;
  /** Adds the leaf values of the tree grown last to scores[offset + row], for the rows it was grown on. */
  addScores(scores: Float64Array, offset: number): void;
  /** The same for rows that it was not grown on. */
  addOutsideScores(rows: Int32Array, scores: Float64Array, offset: number): void;
  readonly own: OwnRows | undefined;
  /** Lets go of what a training holds beside memory. */
  end(): void;
}

export interface GrowerOptions {
  readonly columns: readonly FeatureColumn[];
  readonly table: BinnedTable;
  readonly parameters: TrainParameters;
  readonly weight?: Float64Array | undefined;
  /** All training rows in their order; a tree is grown on these or fewer. */
  readonly rows: Int32Array;
  readonly startThread?: StartThread | undefined;
}

export function createTreeGrower(options: GrowerOptions, start: StartMachines = startMachines): TreeGrower {
  const { columns, table, parameters, weight, rows: trainingRows, startThread } = options;
  const total = histogramOffsets(table)[table.features.length] as number;
  const slots = Math.max(2, Math.min(parameters.leaves + 1, Math.floor(poolBytes / (total * 8))));
  const machines = start({ table, parameters, rowCapacity: trainingRows.length, slots, rows: trainingRows, startThread });
  const free = Array.from({ length: slots }, (_, slot) => slots - 1 - slot);
  const goesLeft = new Uint8Array(256);
  /** u8[nodes][256]: the bins that go left at each node of the tree. */
  const sides = new Uint8Array(parameters.leaves * 256);
  const splits = Array.from({ length: parameters.leaves }, createSplit);
  const depthLimit = parameters.maxDepth > 0 ? parameters.maxDepth : forestLimits.depth;
  let machine: TreeMachine = machines.first;
  let treeNumber = 0;
  let tree = createTree(2);
  let leaves: Leaf[] = [];
  let features = new Int32Array(0);

  /** A free histogram; when none is left, that of the leaf least likely to be split soon. */
  function takeHistogram(): number {
    const slot = free.pop();
    if (slot !== undefined) return slot;
    let poorest: Leaf | undefined;
    for (const leaf of leaves)
      if (leaf.histogram !== undefined && !(poorest !== undefined && poorest.split.gain <= leaf.split.gain)) poorest = leaf;
    const taken = poorest?.histogram;
    if (poorest === undefined || taken === undefined) throw new Error("a histogram was not given back");
    poorest.histogram = undefined;
    return taken;
  }

  function giveHistogram(leaf: Leaf): void {
    if (leaf.histogram !== undefined) free.push(leaf.histogram);
    leaf.histogram = undefined;
  }

  function newLeaf(index: number, sums: NodeSums, place: Pick<Leaf, "depth" | "parent" | "isLeft" | "extraL2">): Leaf {
    const { gradient, hessian, count } = sums;
    const cover = weight === undefined ? count : machine.cover(index, weight);
    return { ...place, index, gradient, hessian, count, cover, histogram: undefined, split: splits[index] as Split };
  }

  function canSplit(leaf: Leaf): boolean {
    return leaf.depth < depthLimit && leaf.count >= 2 * parameters.minRows && leaf.hessian >= 2 * parameters.minHessian;
  }

  /** A leaf and its slot, to be given its best split if it may be split. */
  function evaluated(leaf: Leaf, slot: number): Evaluated {
    clearSplit(leaf.split);
    return { index: leaf.index, slot, sums: leaf, ...(canSplit(leaf) ? { best: leaf.split } : {}) };
  }

  function evaluate(leaf: Evaluated, sibling?: Evaluated): void {
    machine.evaluate(leaf, sibling);
    for (const { best } of sibling === undefined ? [leaf] : [leaf, sibling])
      if (best !== undefined && !(best.gain < Number.POSITIVE_INFINITY)) clearSplit(best);
  }

  /** Gives both children their best splits; `inherited` is the parent's histogram, if it was kept. */
  function evaluateChildren(left: Leaf, right: Leaf, inherited: number | undefined): void {
    const [small, large] = left.count <= right.count ? [left, right] : [right, left];
    clearSplit(small.split);
    clearSplit(large.split);
    if (!canSplit(small) && !canSplit(large)) {
      if (inherited !== undefined) free.push(inherited);
      return;
    }
    const scratch = takeHistogram();
    if (inherited === undefined) {
      evaluateWithOne(small, large, scratch);
      return;
    }
    evaluate(evaluated(small, scratch), canSplit(large) ? evaluated(large, inherited) : undefined);
    small.histogram = scratch;
    large.histogram = inherited;
    if (small.split.feature < 0) giveHistogram(small);
    if (large.split.feature < 0) giveHistogram(large);
  }

  /** Both children in turn through one histogram; the large one keeps it. */
  function evaluateWithOne(small: Leaf, large: Leaf, slot: number): void {
    if (canSplit(small)) evaluate(evaluated(small, slot));
    if (canSplit(large)) {
      evaluate(evaluated(large, slot));
      large.histogram = slot;
    } else free.push(slot);
  }

  function partition(leaf: Leaf, right: number, split: Split): void {
    const { valueBins } = table.features[split.feature] as BinnedFeature;
    for (let bin = 0; bin < valueBins; bin++) goesLeft[bin] = (split.isCategory ? split.leftBins[bin] === 1 : bin <= split.bin) ? 1 : 0;
    goesLeft[valueBins] = split.missingLeft === 1 ? 1 : 0;
    const lefts = machine.split(leaf.index, right, split.feature, goesLeft);
    if (lefts !== split.left.count) throw new Error(`${lefts} rows went left where the histogram counts ${split.left.count}`);
  }

  function splitLeaf(index: number): void {
    const leaf = leaves[index] as Leaf;
    const split = leaf.split;
    const inherited = leaf.histogram;
    const node = tree.nodeCount++;
    const rightIndex = tree.leafCount++;
    partition(leaf, rightIndex, split);
    const { gradient, hessian, count } = split.left;
    const rest = { gradient: leaf.gradient - gradient, hessian: leaf.hessian - hessian, count: leaf.count - count };
    const place = { depth: leaf.depth + 1, parent: node, extraL2: split.isSubset ? parameters.catL2 : 0 };
    const left = newLeaf(index, split.left, { ...place, isLeft: true });
    const right = newLeaf(rightIndex, rest, { ...place, isLeft: false });
    if (leaf.parent >= 0) (leaf.isLeft ? tree.left : tree.right)[leaf.parent] = node;
    tree.left[node] = ~index;
    tree.right[node] = ~rightIndex;
    const defaultLeft = split.missingLeft === -1 ? left.cover >= right.cover : split.missingLeft === 1;
    writeNode(node, split, defaultLeft);
    keepSides(node, split, defaultLeft);
    leaves[index] = left;
    leaves[rightIndex] = right;
    if (tree.leafCount < parameters.leaves) evaluateChildren(left, right, inherited);
    else if (inherited !== undefined) free.push(inherited);
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

  function keepSides(node: number, split: Split, defaultLeft: boolean): void {
    const { valueBins } = table.features[split.feature] as BinnedFeature;
    for (let bin = 0; bin < valueBins; bin++) {
      const side = split.isCategory ? split.leftBins[bin] : bin <= split.bin ? 1 : 0;
      sides[node * 256 + bin] = side === unseenBin ? (defaultLeft ? 1 : 0) : (side as number);
    }
    sides[node * 256 + valueBins] = defaultLeft ? 1 : 0;
  }

  function addOutsideScores(rows: Int32Array, scores: Float64Array, offset: number): void {
    if (machine.addTreeValues === undefined || scores !== machine.own?.scores) addTreeScores(tree, columns, rows, scores, offset);
    else if (tree.nodeCount > 0) machine.addTreeValues(tree, sides, rows);
  }

  /** The coarse grid where it suits, else the fine one. */
  function begin(rows: Int32Array, gradient: Float64Array, hessian: Float64Array): NodeSums {
    const key = treeKey(parameters.seed, treeNumber++);
    const given = { rows, features, gradient, hessian, key };
    for (const start of [() => machines.first, machines.second]) {
      machine = start();
      const sums = machine.begin(given);
      if (sums !== undefined) return sums;
    }
    throw new Error("the fine grid suits any gradients");
  }

  function grow(rows: Int32Array, onFeatures: Int32Array, gradient: Float64Array, hessian: Float64Array): GrownTree {
    features = onFeatures as Int32Array<ArrayBuffer>;
    tree = createTree(parameters.leaves);
    const sums = begin(rows, gradient, hessian);
    const root = newLeaf(0, sums, { depth: 0, parent: -1, isLeft: true, extraL2: 0 });
    leaves = [root];
    clearSplit(root.split);
    root.histogram = canSplit(root) ? takeHistogram() : undefined;
    if (root.histogram !== undefined) evaluate(evaluated(root, root.histogram));
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
    setLeaves();
    return tree;
  }

  function setLeaves(): void {
    const sums = machine.sumLeaves(tree.leafCount);
    leaves.forEach((leaf, index) => {
      giveHistogram(leaf);
      const gradient = sums[index * 2] as number;
      const denominator = (sums[index * 2 + 1] as number) + parameters.l2 + leaf.extraL2;
      tree.leafValue[index] = tree.nodeCount > 0 && denominator > 0 ? (-gradient / denominator) * parameters.rate : 0;
      tree.leafCover[index] = leaf.cover;
    });
  }

  return {
    grow,
    addScores: (scores, offset) => machine.addLeafValues(tree.leafValue, tree.leafCount, scores, offset),
    addOutsideScores,
    own: machines.first.own,
    end: () => machines.first.end?.(),
  };
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
