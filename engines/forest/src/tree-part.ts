/**
 * One thread's part of the work on a tree, by the kernel of assembly/tree over a memory laid out by tree-layout.ts.
 *
 * Part p of two owns every second group of columns (their sums, histograms and splits) and the p-th half of a tree's rows
 * (their gradients, sides and leaves): nothing is written by two, and all sums over both are exact, so the outcome does not
 * depend on who does what. A leaf's rows are one range of entries in each half.
 */
import { lossBlockRows } from "./objective.ts";
import { blockRows, chunkRows, type Group, layOutTree, type TreeShape } from "./tree-layout.ts";

type Kernel = Record<string, (...numbers: number[]) => number>;
type Operation = (part: number, ...numbers: number[]) => void;

export const operations = ["gradients", "largest", "quantise", "split", "evaluate", "sumLeaves", "addLeafValues", "addTreeValues"] as const;

type EvaluateNumbers = [
  slot: number,
  leaf: number,
  gradientStep: number,
  hessianStep: number,
  gradient: number,
  hessian: number,
  count: number,
  whole: number,
  siblingGradient: number,
  siblingHessian: number,
  siblingCount: number,
];

export type OperationName = (typeof operations)[number];

/** What each part of an operation returns through memory: f64[16] at found[part]. */
export type TreePart = Readonly<Record<OperationName, Operation>>;

export function createTreePart(kernel: Kernel, buffer: ArrayBufferLike, shape: TreeShape): TreePart {
  const layout = layOutTree(shape);
  const { groups, stage, found } = layout;
  const bytes = new Uint8Array(buffer);
  const chosen = new Int32Array(buffer, layout.chosen, groups.length);
  const starts = layout.starts.map((at) => new Int32Array(buffer, at, shape.leaves));
  const counts = layout.counts.map((at) => new Int32Array(buffer, at, shape.leaves));
  const buffers = new Int32Array(buffer, layout.buffers, shape.leaves);
  const results = found.map((at) => new Float64Array(buffer, at, 16));
  const gather = layout.rowBytes === 32 ? "gatherPair" : "gatherOne";

  function call(name: string, ...numbers: number[]): number {
    return (kernel[name] as Kernel[string])(...numbers);
  }

  /** From and to of a part's share of a count. */
  function shareOf(part: number, count: number): [from: number, to: number] {
    return [Math.floor((count * part) / shape.parts), Math.floor((count * (part + 1)) / shape.parts)];
  }

  function groupsOfPart(part: number): number[] {
    return Array.from(groups.keys()).filter((group) => shape.parts === 1 || group % 2 === part);
  }

  const ownGroups = [groupsOfPart(0), groupsOfPart(1)];

  function entriesAt(part: number, leaf: number): number {
    return layout.entries[buffers[leaf] as 0 | 1] + (starts[part]?.[leaf] as number) * 8;
  }

  /** Adds staged rows to the sums of one group, for its chosen columns. */
  function addStaged(group: number, at: number, count: number): void {
    const mask = chosen[group] as number;
    const { width } = groups[group] as Group;
    const name = group % 2 === 0 ? "add" : "second";
    if (mask !== (1 << width) - 1) call(`${name}Some`, stage, at, count, mask);
    else {
      call(`${name}${width + (width & 1)}`, stage, at, count);
      if (width % 2 === 1) clearPadding(layout.sumsAt(group, width));
    }
  }

  /** An odd width adds a column that is not there, whose bin is 0 at every row. */
  function clearPadding(at: number): void {
    bytes.fill(0, at, at + 8);
  }

  function flush(group: number, slot: number, gradientStep: number, hessianStep: number, isFirst: boolean): void {
    for (const [column, feature] of chosenOf(group)) {
      const binCount = (shape.valueBins[feature] as number) + 1;
      const to = layout.histogramAt(slot, feature);
      call("flush", layout.sumsAt(group, column), to, binCount, gradientStep, hessianStep, isFirst ? 1 : 0);
    }
  }

  function* chosenOf(group: number): Generator<[column: number, feature: number]> {
    const { firstFeature, width } = groups[group] as Group;
    for (let column = 0; column < width; column++)
      if ((((chosen[group] as number) >> column) & 1) === 1) yield [column, firstFeature + column];
  }

  /** Overwrites the histogram in a slot by that of a leaf. */
  function fill(part: number, slot: number, leaf: number, gradientStep: number, hessianStep: number): void {
    const own = ownGroups[part] as number[];
    for (let index = 0; index < own.length; ) {
      const first = own[index] as number;
      const together = own.slice(index, index + (own[index + 1] === first + 1 && first % 2 === 0 ? 2 : 1));
      index += together.length;
      const used = together.filter((group) => chosen[group] !== 0);
      if (used.length === 0) continue;
      const bins = (groups[first] as Group).bins - (first % 2) * 16;
      let pending = 0;
      let isFirst = true;
      const flushAll = (): void => {
        for (const group of used) flush(group, slot, gradientStep, hessianStep, isFirst);
        isFirst = false;
        pending = 0;
      };
      for (let half = 0; half < shape.parts; half++) {
        const count = counts[half]?.[leaf] as number;
        const entries = entriesAt(half, leaf);
        for (let from = 0; from < count; from += chunkRows) {
          const rows = Math.min(chunkRows, count - from);
          if (pending + rows > blockRows) flushAll();
          pending += rows;
          if (together.length === 2) call(gather, bins, entries + from * 8, rows, stage);
          else gatherAlone(first, bins, entries + from * 8, rows);
          for (const group of used) addStaged(group, entries + from * 8, rows);
        }
      }
      flushAll();
    }
  }

  function subtract(part: number, whole: number, taken: number): void {
    for (const group of ownGroups[part] as number[])
      for (const [, feature] of chosenOf(group)) {
        const count = ((shape.valueBins[feature] as number) + 1) * 3;
        call("subtract", layout.histogramAt(whole, feature), layout.histogramAt(taken, feature), count);
      }
  }

  /** The best numeric split of a leaf with these sums: writes gain, feature, then as findNumeric of assembly/tree/split.ts. */
  function find(part: number, slot: number, gradient: number, hessian: number, count: number, first: number): void {
    const { minRows, minHessian, l2, minGain, valueBins, isCategory } = shape;
    const parent = (hessian + l2 > 0 ? (gradient * gradient) / (hessian + l2) : 0) + minGain;
    const result = results[part] as Float64Array;
    const at = (found[part] as number) + (first + 2) * 8;
    let best = 0;
    let bestFeature = -1;
    for (const group of ownGroups[part] as number[])
      for (const [, feature] of chosenOf(group)) {
        if (isCategory[feature]) continue;
        const histogram = layout.histogramAt(slot, feature);
        const gain = call(
          "findNumeric",
          histogram,
          valueBins[feature] as number,
          gradient,
          hessian,
          count,
          minRows,
          minHessian,
          l2,
          parent,
          best,
          at,
        );
        if (!(gain > best)) continue;
        best = gain;
        bestFeature = feature;
      }
    result[first] = best;
    result[first + 1] = bestFeature;
  }

  return {
    /** @param count  training rows */
    gradients(part, count) {
      const [from, to] = shareOf(part, Math.ceil(count / lossBlockRows));
      for (let block = from; block < to; block++) {
        const rows = layout.trainingRows + block * lossBlockRows * 4;
        const length = Math.min(lossBlockRows, count - block * lossBlockRows);
        const { labels, scores, gradient, hessian, lossSums } = layout;
        call("binaryGradients", rows, length, labels, scores, gradient, hessian, lossSums + block * 32);
      }
    },

    /** @param count  rows of the tree. Found: largest gradient and hessian. */
    largest(part, count) {
      const [from, to] = shareOf(part, count);
      const result = results[part] as Float64Array;
      result[0] = call("largest", layout.gradient, layout.rows + from * 4, to - from);
      result[1] = call("largest", layout.hessian, layout.rows + from * 4, to - from);
    },

    /** Makes the entries of leaf 0. Found: i64[4], see assembly/tree/rows.ts. */
    quantise(part, count, perGradientStep, perHessianStep, key) {
      const [from, to] = shareOf(part, count);
      const { places, gradient, hessian } = layout;
      const entries = layout.entries[0] + from * 8;
      const steps = [perGradientStep as number, perHessianStep as number] as const;
      call(
        "quantise",
        layout.rows + from * 4,
        to - from,
        places,
        gradient,
        hessian,
        ...steps,
        key as number,
        entries,
        found[part] as number,
      );
      (starts[part] as Int32Array)[0] = from;
      (counts[part] as Int32Array)[0] = to - from;
    },

    /** Parts a leaf's rows by goesLeft; whoever began it turns the leaf's buffer afterwards. */
    split(part, leaf, right, feature) {
      const start = starts[part] as Int32Array;
      const count = counts[part] as Int32Array;
      const rows = count[leaf as number] as number;
      const from = entriesAt(part, leaf as number);
      const other = 1 - (buffers[leaf as number] as number);
      const to = layout.entries[other as 0 | 1] + (start[leaf as number] as number) * 8;
      const bins = layout.columns + (feature as number) * shape.rowCount;
      const lefts = rows === 0 ? 0 : call("partition", from, rows, bins, layout.goesLeft, to);
      count[leaf as number] = lefts;
      start[right as number] = (start[leaf as number] as number) + lefts;
      count[right as number] = rows - lefts;
    },

    /**
     * Fills a slot by a leaf's histogram and finds its best split, unless its count is 0; then, unless `whole` is -1, takes it from the
     * histogram in slot `whole`, which becomes the sibling's, and finds its split. Found: both, at 0 and at 8.
     */
    evaluate(part, ...numbers) {
      const [slot, leaf, gradientStep, hessianStep, gradient, hessian, count, whole, ...sibling] = numbers as EvaluateNumbers;
      fill(part, slot, leaf, gradientStep, hessianStep);
      if (count > 0) find(part, slot, gradient, hessian, count, 0);
      if (whole < 0) return;
      subtract(part, whole, slot);
      find(part, whole, sibling[0], sibling[1], sibling[2], 8);
    },

    /** Labels the rows with their leaves and adds their gradients, on the fine grid, to the part's own sums. */
    sumLeaves(part, leafCount, rowCount, gradientStep, hessianStep) {
      const { leafOf, gradient, hessian } = layout;
      for (let leaf = 0; leaf < (leafCount as number); leaf++)
        call("labelLeaf", entriesAt(part, leaf), counts[part]?.[leaf] as number, leafOf, leaf);
      const [from, to] = shareOf(part, rowCount as number);
      const sums = layout.leafSums[part as 0 | 1];
      bytes.fill(0, sums, sums + (leafCount as number) * 16);
      const steps = [gradientStep as number, hessianStep as number] as const;
      call("sumLeaves", layout.rows + from * 4, to - from, leafOf, gradient, hessian, ...steps, sums);
    },

    /** scores[row] += f64[leaf] at leafSums[0]. */
    addLeafValues(part, rowCount) {
      const [from, to] = shareOf(part, rowCount as number);
      call("addLeafValues", layout.rows + from * 4, to - from, layout.leafOf, layout.leafSums[0], layout.scores);
    },

    /** The same for rows that the tree was not grown on, which stand at `rows`, by the nodes that are kept. */
    addTreeValues(part, rowCount) {
      const [from, to] = shareOf(part, rowCount as number);
      const { rows, nodes, sides, columns, leafSums, scores } = layout;
      call("addTreeValues", rows + from * 4, to - from, nodes, sides, columns, shape.rowCount, leafSums[0], scores);
    },
  };

  /** A group whose pair is another's: its bins alone, where a pair would have put them. */
  function gatherAlone(group: number, bins: number, entries: number, count: number): void {
    if (layout.rowBytes === 16) call("gatherOne", bins, entries, count, stage);
    else call(group % 2 === 0 ? "gatherFirst" : "gatherSecond", bins, entries, count, stage);
  }
}
