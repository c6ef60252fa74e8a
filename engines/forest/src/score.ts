/**
 * Scores one row or many, without allocating: by the kernel of score-plan.ts, or where it cannot start by walking here.
 *
 * Trees add up in their order in f64, and exp is our own, so the same forest and row give the same bits everywhere.
 * Nodes are laid out so that most steps are one comparison each way: a category node's threshold is NaN, and only where
 * both comparisons fail does a row ask for the bit set or the default side.
 */
import { exponential, logistic } from "./exponential.ts";
import { type Forest, rootOf, treeCountOf } from "./forest.ts";
import { startScoreMachine, tileRows } from "./score-plan.ts";

export interface Scorer {
  /** @param row f64[features], NaN missing, category = code. @param out f64[outputs] */
  rawScore(row: Float64Array, out: Float64Array): void;
  /** @param rows f64[count][features] @param out f64[count][outputs] */
  rawScoreRows(rows: Float64Array, count: number, out: Float64Array): void;
  /** @param columns [features] f64[count] each @param out f64[count][outputs] */
  rawScoreColumns(columns: readonly Float64Array[], count: number, out: Float64Array): void;
  /** Binary: out[0] = P(1). Multiclass: softmax. Regression: the value itself. `raw` and `out` may be one array. */
  probability(raw: Float64Array, out: Float64Array): void;
}

type RawScore = Scorer["rawScore"];
type FillCell = (row: number, feature: number) => number;

export function createScorer(forest: Forest, start = startScoreMachine): Scorer {
  const { task, outputs, base } = forest;
  const features = forest.features.length;
  const machine = start(forest);
  const walk = createWalk(forest);
  const cells = machine?.rows ?? new Float64Array(features);
  const sums = machine?.out ?? new Float64Array(outputs);

  function rawScore(row: Float64Array, out: Float64Array): void {
    if (machine === undefined) {
      walk(row, out);
      return;
    }
    for (let feature = 0; feature < features; feature++) cells[feature] = row[feature] as number;
    for (let output = 0; output < outputs; output++) sums[output] = base[output] as number;
    machine.runRow();
    for (let output = 0; output < outputs; output++) out[output] = sums[output] as number;
  }

  function probability(raw: Float64Array, out: Float64Array): void {
    if (task === "binary") out[0] = logistic(raw[0] as number);
    else if (task === "regression") out[0] = raw[0] as number;
    else softmax(raw, out, outputs);
  }

  function scoreTiles(count: number, out: Float64Array, cellOf: FillCell): void {
    const tile = machine === undefined ? 1 : tileRows;
    for (let first = 0; first < count; first += tile) {
      const rows = Math.min(tile, count - first);
      for (let row = 0; row < rows; row++) {
        for (let feature = 0; feature < features; feature++) cells[row * features + feature] = cellOf(first + row, feature);
        for (let output = 0; output < outputs; output++) sums[row * outputs + output] = base[output] as number;
      }
      if (machine === undefined) walk(cells, sums);
      else machine.runRows(Math.ceil(rows / 8) * 8);
      for (let slot = 0; slot < rows * outputs; slot++) out[first * outputs + slot] = sums[slot] as number;
    }
  }

  return {
    rawScore,
    rawScoreRows: (rows, count, out) => scoreTiles(count, out, (row, feature) => rows[row * features + feature] as number),
    rawScoreColumns: (columns, count, out) => scoreTiles(count, out, (row, feature) => columns[feature]?.[row] as number),
    probability,
  };
}

/** The twin of assembly/score: the same sums in the same order. */
function createWalk(forest: Forest): RawScore {
  const { trees, outputs, base } = forest;
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

  return (row, out) => {
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
  };
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
