/**
 * One grown tree before it is packed, and how a row finds its leaf by raw values.
 *
 * Child references are the tree's own: a node index, or ~leaf.
 */
import type { FeatureColumn } from "./data.ts";

export interface GrownTree {
  nodeCount: number;
  leafCount: number;
  readonly feature: Int32Array;
  readonly threshold: Float64Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
  readonly defaultLeft: Uint8Array;
  /** [nodes]; bit set by category code at category nodes. */
  readonly categories: (Uint32Array | undefined)[];
  readonly gain: Float64Array;
  readonly leafValue: Float64Array;
  readonly leafCover: Float64Array;
}

export function createTree(leaves: number): GrownTree {
  return {
    nodeCount: 0,
    leafCount: 1,
    feature: new Int32Array(leaves - 1),
    threshold: new Float64Array(leaves - 1),
    left: new Int32Array(leaves - 1),
    right: new Int32Array(leaves - 1),
    defaultLeft: new Uint8Array(leaves - 1),
    categories: [],
    gain: new Float64Array(leaves - 1),
    leafValue: new Float64Array(leaves),
    leafCover: new Float64Array(leaves),
  };
}

/** Adds the tree's value to scores[row], for every given row, by raw values. */
export function addTreeScores(
  tree: GrownTree,
  columns: readonly FeatureColumn[],
  rows: Int32Array,
  scores: Float64Array,
  offset: number,
): void {
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index] as number;
    let node = tree.nodeCount === 0 ? ~0 : 0;
    while (node >= 0) {
      const value = (columns[tree.feature[node] as number] as FeatureColumn).values[row] as number;
      const words = tree.categories[node];
      let goesLeft: boolean;
      if (Number.isNaN(value)) goesLeft = tree.defaultLeft[node] === 1;
      else if (words === undefined) goesLeft = value <= (tree.threshold[node] as number);
      else goesLeft = (((words[value >> 5] as number) >>> (value & 31)) & 1) === 1;
      node = (goesLeft ? tree.left[node] : tree.right[node]) as number;
    }
    scores[offset + row] = (scores[offset + row] as number) + (tree.leafValue[~node] as number);
  }
}
