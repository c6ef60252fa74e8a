/**
 * Packs grown trees into a forest: one set of typed arrays, children counted over the whole forest.
 */
import type { FeatureColumn } from "./data.ts";
import type { Forest, ForestFeature, ForestTask } from "./forest.ts";
import type { GrownTree } from "./tree.ts";

export interface PackOptions {
  readonly task: ForestTask;
  readonly columns: readonly FeatureColumn[];
  readonly classCount: number;
  readonly base: Float64Array;
  readonly trees: readonly GrownTree[];
  readonly metadata: Readonly<Record<string, unknown>>;
}

export function packForest(options: PackOptions): Forest {
  const { trees: grown, columns } = options;
  const nodes = grown.reduce((sum, tree) => sum + tree.nodeCount, 0);
  const leaves = grown.reduce((sum, tree) => sum + tree.leafCount, 0);
  const words = grown.reduce((sum, tree) => sum + tree.categories.reduce((wide, set) => wide + (set?.length ?? 0), 0), 0);
  const trees = {
    nodeOffset: new Int32Array(grown.length + 1),
    leafOffset: new Int32Array(grown.length + 1),
    feature: new Int32Array(nodes),
    threshold: new Float64Array(nodes),
    left: new Int32Array(nodes),
    right: new Int32Array(nodes),
    defaultLeft: new Uint8Array(nodes),
    categoryOffset: new Int32Array(nodes).fill(-1),
    categoryBits: new Uint32Array(words),
    leafValue: new Float64Array(leaves),
    leafCover: new Float64Array(leaves),
  };
  const importances = { gain: new Float64Array(columns.length), splits: new Float64Array(columns.length) };
  let word = 0;
  grown.forEach((tree, index) => {
    const firstNode = trees.nodeOffset[index] as number;
    const firstLeaf = trees.leafOffset[index] as number;
    const global = (child: number): number => (child >= 0 ? child + firstNode : ~(~child + firstLeaf));
    for (let node = 0; node < tree.nodeCount; node++) {
      const at = firstNode + node;
      const feature = tree.feature[node] as number;
      trees.feature[at] = feature;
      trees.threshold[at] = tree.threshold[node] as number;
      trees.left[at] = global(tree.left[node] as number);
      trees.right[at] = global(tree.right[node] as number);
      trees.defaultLeft[at] = tree.defaultLeft[node] as number;
      importances.gain[feature] = (importances.gain[feature] as number) + (tree.gain[node] as number);
      importances.splits[feature] = (importances.splits[feature] as number) + 1;
      const set = tree.categories[node];
      if (set === undefined) continue;
      trees.categoryOffset[at] = word;
      trees.categoryBits.set(set, word);
      word += set.length;
    }
    trees.leafValue.set(tree.leafValue.subarray(0, tree.leafCount), firstLeaf);
    trees.leafCover.set(tree.leafCover.subarray(0, tree.leafCount), firstLeaf);
    trees.nodeOffset[index + 1] = firstNode + tree.nodeCount;
    trees.leafOffset[index + 1] = firstLeaf + tree.leafCount;
  });
  return {
    task: options.task,
    features: columns.map(describe),
    classCount: options.classCount,
    outputs: options.base.length,
    base: options.base,
    trees,
    importances,
    metadata: options.metadata,
  };
}

function describe(column: FeatureColumn): ForestFeature {
  const { name, kind, categories } = column;
  return kind === "category" ? { name, kind, categories: [...(categories ?? [])] } : { name, kind };
}
