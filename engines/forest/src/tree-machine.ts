/**
 * What growing a tree asks of its rows: sums by bin, the best numeric split, the two sides of a split, sums by leaf.
 *
 * The machine here serves both grids of grid.ts: the fine one, with the kernel of histogram.ts where that can start, and as
 * the twin of tree-kernel.ts the coarse one. Sums are exact, so that a tree is the same by whichever machine it grows.
 *
 * Shapes: gradient and hessian f64[table rows]; a histogram f64[sum of (valueBins + 1)][3], see split.ts.
 */
import type { BinnedFeature, BinnedTable } from "./bins.ts";
import { chanceOf, coarseGradient, coarseHessian, coarseSteps, fineStep, isCoarseEnough, largestOf, roundTo, roundToGrid } from "./grid.ts";
import type { HistogramSummer } from "./histogram.ts";
import type { TrainParameters } from "./parameters.ts";
import { findCategorySplit, findNumericSplit, type NodeSums, type Split } from "./split.ts";
import type { StartThread } from "./team.ts";
import type { GrownTree } from "./tree.ts";

/** What one tree is grown on. */
export interface TreeRows {
  readonly rows: Int32Array;
  readonly features: Int32Array;
  /** The fine grid rounds both in place. */
  readonly gradient: Float64Array;
  readonly hessian: Float64Array;
  /** See treeKey of grid.ts. */
  readonly key: number;
}

export interface Evaluated {
  readonly index: number;
  readonly slot: number;
  readonly sums: NodeSums;
  readonly best?: Split;
}

export interface TreeMachine {
  /** Takes a tree's rows as leaf 0; their sums, or undefined where the coarse grid is too coarse for these gradients. */
  begin(tree: TreeRows): NodeSums | undefined;
  /**
   * Overwrites a slot by a leaf's histogram and, where `best` is given, finds the leaf's best split by the tree's columns, the
   * first of equal ones. With a sibling also that one's: its slot holds the histogram of both, and is left with its own.
   */
  evaluate(leaf: Evaluated, sibling?: Evaluated): void;
  /** Parts a leaf's rows by goesLeft u8[256] of a feature's bin: the left rows keep its number, the others become `right`. */
  split(leaf: number, right: number, feature: number, goesLeft: Uint8Array): number;
  /** The weights of a leaf's rows, added in ascending order of rows. */
  cover(leaf: number, weight: Float64Array): number;
  /** Gradient and hessian of each leaf, exact sums on the fine grid: f64[leaves][2]. */
  sumLeaves(leafCount: number): Float64Array;
  /** scores[offset + row] += values[leaf], for the rows of all leaves. */
  addLeafValues(values: Float64Array, leafCount: number, scores: Float64Array, offset: number): void;
  /**
   * Adds the tree's values to the machine's own scores of rows that it was not grown on, after addLeafValues.
   * @param sides u8[nodes][256]: 1 for the bins that go left, with the default side decided
   */
  addTreeValues?(tree: GrownTree, sides: Uint8Array, rows: Int32Array): void;
  /** Arrays by row in the machine's own memory: whoever uses them spares it copies. */
  readonly own?: OwnRows;
  /** Lets go of a second thread. */
  end?(): void;
}

export interface OwnRows {
  readonly scores: Float64Array;
  readonly gradient: Float64Array;
  readonly hessian: Float64Array;
  /** As the objective of two classes without weights: fills gradient and hessian of all training rows, returns the loss. */
  binaryLogLoss(target: Float64Array): () => number;
}

export interface MachineOptions {
  readonly table: BinnedTable;
  readonly parameters: TrainParameters;
  /** The most rows of a tree. */
  readonly rowCapacity: number;
  /** How many histograms there may be at once. */
  readonly slots: number;
  /** The training rows in their order: a row's chance depends on its place here. */
  readonly rows: Int32Array;
  readonly startThread?: StartThread | undefined;
}

/** f64 offset of each feature's histogram, and the length of all. */
export function histogramOffsets(table: BinnedTable): Int32Array {
  const offsets = new Int32Array(table.features.length + 1);
  table.features.forEach(({ valueBins }, index) => {
    offsets[index + 1] = (offsets[index] as number) + (valueBins + 1) * 3;
  });
  return offsets;
}

/** places[row]: its index among the training rows. */
export function placesOf(rowCount: number, rows: Int32Array): Int32Array {
  const places = new Int32Array(rowCount);
  rows.forEach((row, place) => {
    places[row] = place;
  });
  return places;
}

export function createPlainMachine(options: MachineOptions, grid: "fine" | "coarse", summer: HistogramSummer): TreeMachine {
  const { table, parameters, rowCapacity } = options;
  const offsets = histogramOffsets(table);
  const places = grid === "coarse" ? placesOf(table.rowCount, options.rows) : new Int32Array(0);
  const coarseLength = grid === "coarse" ? table.rowCount : 0;
  const coarse = { gradient: new Float64Array(coarseLength), hessian: new Float64Array(coarseLength) };
  const slots: Float64Array[] = [];
  const rows = new Int32Array(rowCapacity);
  const moved = new Int32Array(rowCapacity);
  const starts = new Int32Array(parameters.leaves);
  const counts = new Int32Array(parameters.leaves);
  let tree: TreeRows = { rows, features: new Int32Array(0), gradient: new Float64Array(0), hessian: new Float64Array(0), key: 0 };
  let summed: { readonly gradient: Float64Array; readonly hessian: Float64Array } = tree;

  function roundCoarsely(): boolean {
    const steps = coarseSteps(largestOf(tree.gradient, tree.rows), largestOf(tree.hessian, tree.rows));
    const sums = { gradients: 0, hessians: 0, gradientSquares: 0, gradientSizes: 0 };
    for (const row of tree.rows) {
      const chance = chanceOf(places[row] as number, tree.key);
      const g = coarseGradient(tree.gradient[row] as number, steps.gradient, chance);
      const h = coarseHessian(tree.hessian[row] as number, steps.hessian, chance);
      sums.gradients += g;
      sums.hessians += h;
      sums.gradientSquares += g * g;
      sums.gradientSizes += Math.abs(g);
      coarse.gradient[row] = g * steps.gradient;
      coarse.hessian[row] = h * steps.hessian;
    }
    return isCoarseEnough(tree.rows.length, sums);
  }

  function histogram(slot: number): Float64Array {
    slots[slot] ??= new Float64Array(offsets[table.features.length] as number);
    return slots[slot];
  }

  function subtract(whole: number, part: number): void {
    const from = histogram(whole);
    const taken = histogram(part);
    for (const feature of tree.features) {
      const end = offsets[feature + 1] as number;
      for (let at = offsets[feature] as number; at < end; at++) from[at] = (from[at] as number) - (taken[at] as number);
    }
  }

  function find(slot: number, sums: NodeSums, best: Split): void {
    for (const index of tree.features) {
      const feature = table.features[index] as BinnedFeature;
      const findOne = feature.kind === "category" ? findCategorySplit : findNumericSplit;
      findOne(histogram(slot), offsets[index] as number, feature, index, sums, parameters, best);
    }
  }

  return {
    begin(given) {
      tree = given;
      rows.set(tree.rows);
      starts[0] = 0;
      counts[0] = tree.rows.length;
      if (grid === "fine") {
        roundToGrid(tree.gradient, tree.rows);
        roundToGrid(tree.hessian, tree.rows);
        summed = tree;
      } else {
        if (!roundCoarsely()) return undefined;
        summed = coarse;
      }
      const sums = { gradient: 0, hessian: 0, count: tree.rows.length };
      for (const row of tree.rows) {
        sums.gradient += summed.gradient[row] as number;
        sums.hessian += summed.hessian[row] as number;
      }
      return sums;
    },

    evaluate({ index, slot, sums, best }, sibling) {
      summer.load(rows, starts[index] as number, counts[index] as number, summed.gradient, summed.hessian);
      for (const feature of tree.features) summer.sum(feature, histogram(slot), offsets[feature] as number);
      if (best !== undefined) find(slot, sums, best);
      if (sibling === undefined) return;
      subtract(sibling.slot, slot);
      if (sibling.best !== undefined) find(sibling.slot, sibling.sums, sibling.best);
    },

    split(leaf, right, feature, goesLeft) {
      const { bins } = table.features[feature] as BinnedFeature;
      const start = starts[leaf] as number;
      const end = start + (counts[leaf] as number);
      let lefts = 0;
      let rights = 0;
      for (let at = start; at < end; at++) {
        const row = rows[at] as number;
        if (goesLeft[bins[row] as number] === 1) rows[start + lefts++] = row;
        else moved[rights++] = row;
      }
      rows.set(moved.subarray(0, rights), start + lefts);
      counts[leaf] = lefts;
      starts[right] = start + lefts;
      counts[right] = rights;
      return lefts;
    },

    cover(leaf, weight) {
      const start = starts[leaf] as number;
      let sum = 0;
      for (let at = start; at < start + (counts[leaf] as number); at++) sum += weight[rows[at] as number] as number;
      return sum;
    },

    sumLeaves(leafCount) {
      const { gradient, hessian } = tree;
      const isRounded = grid === "fine";
      const gradientStep = isRounded ? 1 : fineStep(largestOf(gradient, tree.rows), tree.rows.length);
      const hessianStep = isRounded ? 1 : fineStep(largestOf(hessian, tree.rows), tree.rows.length);
      const sums = new Float64Array(leafCount * 2);
      for (let leaf = 0; leaf < leafCount; leaf++) {
        const start = starts[leaf] as number;
        for (let at = start; at < start + (counts[leaf] as number); at++) {
          const row = rows[at] as number;
          const g = gradient[row] as number;
          const h = hessian[row] as number;
          sums[leaf * 2] = (sums[leaf * 2] as number) + (isRounded ? g : roundTo(g, gradientStep));
          sums[leaf * 2 + 1] = (sums[leaf * 2 + 1] as number) + (isRounded ? h : roundTo(h, hessianStep));
        }
      }
      return sums;
    },

    addLeafValues(values, leafCount, scores, offset) {
      for (let leaf = 0; leaf < leafCount; leaf++) {
        const start = starts[leaf] as number;
        const value = values[leaf] as number;
        for (let at = start; at < start + (counts[leaf] as number); at++) {
          const place = offset + (rows[at] as number);
          scores[place] = (scores[place] as number) + value;
        }
      }
    },
  };
}
