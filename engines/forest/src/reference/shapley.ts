/**
 * The naive twin of explain.ts: Shapley values by their definition, over all subsets of the features.
 *
 * The value of a subset is the tree's mean when only its features are known: an unknown feature follows both branches in
 * proportion to their cover.
 */
import { type Forest, rootOf, treeCountOf } from "../forest.ts";

/** f64[outputs][features]. Cost: 2^features x nodes. */
export function referenceShapley(forest: Forest, row: ArrayLike<number>): Float64Array {
  const features = forest.features.length;
  const out = new Float64Array(forest.outputs * features);
  for (let output = 0; output < forest.outputs; output++) {
    const values = Array.from({ length: 2 ** features }, (_, known) => subsetValue(forest, output, row, known));
    for (let feature = 0; feature < features; feature++) {
      let sum = 0;
      for (let known = 0; known < values.length; known++) {
        if ((known >> feature) & 1) continue;
        const size = bitCount(known);
        const weight = (factorial(size) * factorial(features - size - 1)) / factorial(features);
        sum += weight * ((values[known | (1 << feature)] as number) - (values[known] as number));
      }
      out[output * features + feature] = sum;
    }
  }
  return out;
}

function subsetValue(forest: Forest, output: number, row: ArrayLike<number>, known: number): number {
  let sum = forest.base[output] as number;
  for (let tree = output; tree < treeCountOf(forest); tree += forest.outputs)
    sum += meanBelow(forest, rootOf(forest.trees, tree), row, known);
  return sum;
}

function meanBelow(forest: Forest, child: number, row: ArrayLike<number>, known: number): number {
  const { trees } = forest;
  if (child < 0) return trees.leafValue[~child] as number;
  const left = trees.left[child] as number;
  const right = trees.right[child] as number;
  if ((known >> (trees.feature[child] as number)) & 1)
    return meanBelow(forest, referenceGoesLeft(forest, child, row) ? left : right, row, known);
  const share = coverBelow(forest, left) / (coverBelow(forest, left) + coverBelow(forest, right));
  return share * meanBelow(forest, left, row, known) + (1 - share) * meanBelow(forest, right, row, known);
}

function coverBelow(forest: Forest, child: number): number {
  const { trees } = forest;
  if (child < 0) return trees.leafCover[~child] as number;
  return coverBelow(forest, trees.left[child] as number) + coverBelow(forest, trees.right[child] as number);
}

/** The side of a row at a node, spelled out. */
export function referenceGoesLeft(forest: Forest, node: number, row: ArrayLike<number>): boolean {
  const { trees, features } = forest;
  const index = trees.feature[node] as number;
  const value = row[index] as number;
  const feature = features[index];
  if (feature?.kind !== "category") return Number.isNaN(value) ? trees.defaultLeft[node] === 1 : value <= (trees.threshold[node] as number);
  if (!(value >= 0 && value < (feature.categories?.length ?? 0))) return trees.defaultLeft[node] === 1;
  const word = trees.categoryBits[(trees.categoryOffset[node] as number) + Math.floor(value / 32)] as number;
  return Math.floor(word / 2 ** (value % 32)) % 2 === 1;
}

/** The raw scores of a row, spelled out. */
export function referenceScores(forest: Forest, row: ArrayLike<number>): Float64Array {
  const everything = 2 ** 30 - 1;
  return forest.base.map((_, output) => subsetValue(forest, output, row, everything));
}

function bitCount(bits: number): number {
  return bits.toString(2).replaceAll("0", "").length;
}

function factorial(count: number): number {
  return count <= 1 ? 1 : count * factorial(count - 1);
}
