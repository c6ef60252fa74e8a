/**
 * Scores one row at a time, without allocating.
 *
 * Trees add up in their order in f64, and exp is our own, so the same forest and row give the same bits everywhere.
 * Nodes are laid out so that most steps are one comparison each way: a category node's threshold is NaN, and only where
 * both comparisons fail does a row ask for the bit set or the default side.
 */
import { exponential, logistic } from "./exponential.ts";
import { type Forest, rootOf, treeCountOf } from "./forest.ts";

export interface Scorer {
  /** @param row f64[features], NaN missing, category = code. @param out f64[outputs] */
  rawScore(row: Float64Array, out: Float64Array): void;
  /** Binary: out[0] = P(1). Multiclass: softmax. Regression: the value itself. `raw` and `out` may be one array. */
  probability(raw: Float64Array, out: Float64Array): void;
}

export function createScorer(forest: Forest): Scorer {
  const { trees, outputs, base, task } = forest;
  const treeCount = treeCountOf(forest);
  const { feature, left, right, defaultLeft, categoryOffset, categoryBits, leafValue } = trees;
  const roots = Int32Array.from({ length: treeCount }, (_, tree) => rootOf(trees, tree));
  const threshold = trees.threshold.map((value, node) => ((categoryOffset[node] as number) >= 0 ? Number.NaN : value));
  const categoryCount = Int32Array.from(forest.features, (item) => item.categories?.length ?? 0);

  function goesLeft(node: number, value: number): boolean {
    const set = categoryOffset[node] as number;
    if (set < 0 || !(value >= 0 && value < (categoryCount[feature[node] as number] as number))) return defaultLeft[node] === 1;
    return (((categoryBits[set + (value >> 5)] as number) >>> (value & 31)) & 1) === 1;
  }

  function leafOf(root: number, row: Float64Array): number {
    let node = root;
    while (node >= 0) {
      const value = row[feature[node] as number] as number;
      const cut = threshold[node] as number;
      if (value <= cut) node = left[node] as number;
      else if (value > cut) node = right[node] as number;
      else node = (goesLeft(node, value) ? left[node] : right[node]) as number;
    }
    return ~node;
  }

  function rawScore(row: Float64Array, out: Float64Array): void {
    if (outputs === 1) {
      let sum = base[0] as number;
      for (let tree = 0; tree < treeCount; tree++) sum += leafValue[leafOf(roots[tree] as number, row)] as number;
      out[0] = sum;
      return;
    }
    for (let output = 0; output < outputs; output++) {
      let sum = base[output] as number;
      for (let tree = output; tree < treeCount; tree += outputs) sum += leafValue[leafOf(roots[tree] as number, row)] as number;
      out[output] = sum;
    }
  }

  function probability(raw: Float64Array, out: Float64Array): void {
    if (task === "binary") out[0] = logistic(raw[0] as number);
    else if (task === "regression") out[0] = raw[0] as number;
    else softmax(raw, out, outputs);
  }

  return { rawScore, probability };
}

function softmax(raw: Float64Array, out: Float64Array, outputs: number): void {
  let most = Number.NEGATIVE_INFINITY;
  for (let output = 0; output < outputs; output++) most = Math.max(most, raw[output] as number);
  let sum = 0;
  for (let output = 0; output < outputs; output++) {
    const e = exponential((raw[output] as number) - most);
    out[output] = e;
    sum += e;
  }
  for (let output = 0; output < outputs; output++) out[output] = (out[output] as number) / sum;
}
