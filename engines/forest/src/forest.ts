/**
 * What a forest is: trees packed in typed arrays, shared by trainer, scorer, explainer and codec.
 *
 * Tree t belongs to output t % outputs. Its nodes are nodeOffset[t] … nodeOffset[t + 1] - 1, its root the first of
 * them; a tree without nodes is its one leaf. A child >= 0 is a node, a child < 0 is the leaf ~child; both count over
 * the whole forest. Numeric node: left when value <= threshold. Category node: left when the code's bit is set.
 * NaN, and a code outside the categories, goes to the default side.
 */
export type ForestTask = "binary" | "multiclass" | "regression";
/** Boolean is 0 or 1, date is epoch milliseconds; only a category splits by subset. */
export type FeatureKind = "numeric" | "boolean" | "date" | "category";

export interface ForestFeature {
  readonly name: string;
  readonly kind: FeatureKind;
  readonly categories?: readonly string[];
}

export interface ForestTrees {
  /** [trees + 1] */
  readonly nodeOffset: Int32Array;
  /** [trees + 1] */
  readonly leafOffset: Int32Array;
  /** [nodes] */
  readonly feature: Int32Array;
  /** [nodes]; 0 at category nodes; +Infinity when every value goes left and only missing goes right. */
  readonly threshold: Float64Array;
  /** [nodes] */
  readonly left: Int32Array;
  /** [nodes] */
  readonly right: Int32Array;
  /** [nodes]; 1: missing goes left. */
  readonly defaultLeft: Uint8Array;
  /** [nodes]; first word of the node's bit set in categoryBits, -1 at numeric nodes. */
  readonly categoryOffset: Int32Array;
  /** ceil(categories / 32) words for each category node, bit set: left. */
  readonly categoryBits: Uint32Array;
  /** [leaves]; the learning rate is already in it. */
  readonly leafValue: Float64Array;
  /** [leaves]; sum of the weights of the training rows that ended there, above 0. */
  readonly leafCover: Float64Array;
}

export interface ForestImportances {
  /** [features]; sum of the gains of the feature's splits. */
  readonly gain: Float64Array;
  /** [features]; number of splits. */
  readonly splits: Float64Array;
}

export interface Forest {
  readonly task: ForestTask;
  readonly features: readonly ForestFeature[];
  /** 2 for binary, the number of classes for multiclass, 0 for regression. */
  readonly classCount: number;
  /** Raw scores per row: classCount for multiclass, else 1. */
  readonly outputs: number;
  /** [outputs]; the raw score before the first tree. */
  readonly base: Float64Array;
  readonly trees: ForestTrees;
  readonly importances: ForestImportances;
  /** Anything JSON can hold. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** Hard limits that trainer and decoder share, so that whatever was trained can be read back. */
export const forestLimits = {
  features: 20_000,
  classes: 1_000,
  categories: 65_536,
  leavesPerTree: 65_536,
  depth: 256,
  trees: 1_000_000,
  smallestCover: 1e-100,
  largestCover: 1e100,
  largestScore: 1e300,
} as const;

export function treeCountOf(forest: Forest): number {
  return forest.trees.nodeOffset.length - 1;
}

export function categoryWords(feature: ForestFeature): number {
  return Math.ceil((feature.categories?.length ?? 0) / 32);
}

/** The root of a tree as a child reference: a node, or ~leaf for a tree without nodes. */
export function rootOf(trees: ForestTrees, tree: number): number {
  const first = trees.nodeOffset[tree] as number;
  return first < (trees.nodeOffset[tree + 1] as number) ? first : ~(trees.leafOffset[tree] as number);
}
