/**
 * Checks that packed arrays are trees: children come after their parent, each node and leaf is reached exactly once, no
 * path is longer than the limit, and every number can be computed with.
 */
import { categoryWords, type ForestFeature, type ForestTrees, forestLimits } from "./forest.ts";

/** The first problem, or undefined. */
export function checkTrees(trees: ForestTrees, features: readonly ForestFeature[], base: Float64Array): string | undefined {
  return checkOffsets(trees) ?? checkNumbers(trees, features) ?? checkScores(trees, base) ?? checkChildren(trees);
}

/** No row's score, and nothing that is summed on the way to its reasons, is beyond what a double holds. */
function checkScores({ leafOffset, leafValue }: ForestTrees, base: Float64Array): string | undefined {
  let most = base.reduce((sum, value) => sum + Math.abs(value), 0);
  for (let tree = 0; tree + 1 < leafOffset.length; tree++) {
    let largest = 0;
    const end = leafOffset[tree + 1] as number;
    for (let leaf = leafOffset[tree] as number; leaf < end; leaf++) largest = Math.max(largest, Math.abs(leafValue[leaf] as number));
    most += largest;
  }
  return most <= forestLimits.largestScore ? undefined : "its leaf values add up to more than a number holds";
}

function checkOffsets({ nodeOffset, leafOffset, feature, leafValue }: ForestTrees): string | undefined {
  const last = nodeOffset.length - 1;
  if (nodeOffset[0] !== 0 || leafOffset[0] !== 0) return "the first tree does not begin at 0";
  if (nodeOffset[last] !== feature.length || leafOffset[last] !== leafValue.length) return "the trees do not end with the arrays";
  for (let tree = 0; tree < last; tree++) {
    const nodes = (nodeOffset[tree + 1] as number) - (nodeOffset[tree] as number);
    const leaves = (leafOffset[tree + 1] as number) - (leafOffset[tree] as number);
    if (nodes < 0 || leaves !== nodes + 1) return `tree ${tree} has ${nodes} nodes and ${leaves} leaves`;
  }
  return undefined;
}

function checkNumbers(trees: ForestTrees, features: readonly ForestFeature[]): string | undefined {
  let words = 0;
  for (let node = 0; node < trees.feature.length; node++) {
    const feature = features[trees.feature[node] as number];
    if (feature === undefined) return `node ${node} splits by a feature that does not exist`;
    if ((trees.defaultLeft[node] as number) > 1) return `node ${node} has no default side`;
    const threshold = trees.threshold[node] as number;
    const offset = trees.categoryOffset[node] as number;
    if (feature.kind !== "category") {
      if (!(threshold > Number.NEGATIVE_INFINITY)) return `the threshold of node ${node} is not a number`;
      if (offset !== -1) return `node ${node} has categories, its feature none`;
      continue;
    }
    if (threshold !== 0 || offset !== words) return `the categories of node ${node} are not where they should be`;
    words += categoryWords(feature);
    const spare = (feature.categories?.length ?? 0) % 32;
    if (words > trees.categoryBits.length) return `the categories of node ${node} lie outside`;
    if (spare > 0 && (trees.categoryBits[words - 1] as number) >>> spare !== 0) return `node ${node} knows categories that do not exist`;
  }
  if (words !== trees.categoryBits.length) return "there are categories that no node uses";
  if (!trees.leafValue.every(Number.isFinite)) return "a leaf value is not finite";
  const { smallestCover, largestCover } = forestLimits;
  if (!trees.leafCover.every((cover) => cover >= smallestCover && cover <= largestCover)) return "a leaf cover is out of range";
  return undefined;
}

function checkChildren(trees: ForestTrees): string | undefined {
  const { nodeOffset, leafOffset, left, right } = trees;
  const depth = new Int32Array(left.length);
  const leafSeen = new Uint8Array(trees.leafValue.length);
  for (let tree = 0; tree + 1 < nodeOffset.length; tree++) {
    const first = nodeOffset[tree] as number;
    const end = nodeOffset[tree + 1] as number;
    for (let node = first; node < end; node++) {
      const own = depth[node] as number;
      if (node > first && own === 0) return `node ${node} is reached by no other`;
      if (own >= forestLimits.depth) return `tree ${tree} is deeper than ${forestLimits.depth}`;
      for (const child of [left[node] as number, right[node] as number]) {
        if (child >= 0) {
          if (child <= node || child >= end || depth[child] !== 0) return `a child of node ${node} is no node of its own`;
          depth[child] = own + 1;
        } else {
          const leaf = ~child;
          if (leaf < (leafOffset[tree] as number) || leaf >= (leafOffset[tree + 1] as number) || leafSeen[leaf] === 1)
            return `a child of node ${node} is no leaf of its own`;
          leafSeen[leaf] = 1;
        }
      }
    }
  }
  return undefined;
}
