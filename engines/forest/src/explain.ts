/**
 * Explains a score exactly: path-dependent Shapley values of the trees, without allocating per row.
 *
 * A leaf's game is a product over the features of its path: o when the feature is known (1 if the row agrees, else 0),
 * z when not (the share of cover that goes this way). A Shapley weight is an integral,
 * s!(u-1-s)!/u! = ∫ t^s (1-t)^(u-1-s) dt, so a leaf gives feature i: value (o_i - z_i) ∫ Π_{j≠i} (o_j t + z_j (1-t)) dt,
 * a polynomial that Gauss-Legendre points integrate exactly. Factors are positive and never divided out but where a path
 * asks a feature twice. Products run down the tree, means run up: O(nodes x depth / 2) instead of O(leaves x depth²).
 * Source: Lundberg et al. 2018 and 2020 (the values), Yu et al. 2022 (summing over shared paths).
 * Twin:   reference/shapley.ts, all subsets by hand.
 */
import { startMachine } from "./explain-kernel.ts";
import { planExplanation } from "./explain-plan.ts";
import { type Forest, treeCountOf } from "./forest.ts";

export interface Explainer {
  /** f64[outputs]; the mean raw score by cover. */
  readonly baseValues: Float64Array;
  /**
   * @param row f64[features] @param out f64[outputs][features], overwritten; base value + sum = raw score.
   */
  explain(row: Float64Array, out: Float64Array): void;
  /** @param rows f64[count][features] @param out f64[count][outputs][features], overwritten. */
  explainRows(rows: Float64Array, count: number, out: Float64Array): void;
}

export function createExplainer(forest: Forest, start = startMachine): Explainer {
  const features = forest.features.length;
  const slots = forest.outputs * features;
  const plan = planExplanation(forest);
  const machine = start(plan, slots);
  const rowCells = new Float64Array(machine.buffer, plan.row, features);
  const outCells = new Float64Array(machine.buffer, plan.out, slots);

  function explain(row: Float64Array, out: Float64Array): void {
    for (let feature = 0; feature < features; feature++) rowCells[feature] = row[feature] as number;
    machine.run();
    out.set(outCells);
  }

  function explainRows(rows: Float64Array, count: number, out: Float64Array): void {
    for (let index = 0; index < count; index++) {
      for (let feature = 0; feature < features; feature++) rowCells[feature] = rows[index * features + feature] as number;
      machine.run();
      out.set(outCells, index * slots);
    }
  }

  return { baseValues: meanScores(forest), explain, explainRows };
}

function meanScores(forest: Forest): Float64Array {
  const { trees } = forest;
  const means = forest.base.slice();
  for (let tree = 0; tree < treeCountOf(forest); tree++) {
    let sum = 0;
    let cover = 0;
    for (let leaf = trees.leafOffset[tree] as number; leaf < (trees.leafOffset[tree + 1] as number); leaf++) {
      sum += (trees.leafValue[leaf] as number) * (trees.leafCover[leaf] as number);
      cover += trees.leafCover[leaf] as number;
    }
    const output = tree % forest.outputs;
    means[output] = (means[output] as number) + sum / cover;
  }
  return means;
}
