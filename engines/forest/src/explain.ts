/**
 * Explains a score exactly: path-dependent Shapley values of the trees, without allocating per row.
 *
 * A leaf's game is a product over the features of its path: o when the feature is known (1 if the row agrees, else 0),
 * z when not (the share of cover that goes this way). A Shapley weight is an integral,
 * s!(u-1-s)!/u! = ∫ t^s (1-t)^(u-1-s) dt, so a leaf gives feature i: value (o_i - z_i) ∫ Π_{j≠i} (o_j t + z_j (1-t)) dt,
 * a polynomial that Gauss-Legendre points integrate exactly. Every term is positive: nothing cancels. Products run down
 * the tree, sums run up, so the cost is O(nodes x depth / 2) instead of TreeSHAP's O(leaves x depth²).
 * Source: Lundberg et al. 2018 and 2020 (the values), Yu et al. 2022 (summing over shared paths).
 * Twin:   reference/shapley.ts, all subsets by hand.
 */
import { type Forest, rootOf, treeCountOf } from "./forest.ts";
import { gaussLegendre } from "./quadrature.ts";

export interface Explainer {
  /** f64[outputs]; the mean raw score by cover. */
  readonly baseValues: Float64Array;
  /**
   * @param row f64[features] @param out f64[outputs][features], overwritten; base value + sum = raw score.
   */
  explain(row: Float64Array, out: Float64Array): void;
}

/** The edges of one tree in preorder, and how many points its paths need. */
interface TreePlan {
  readonly output: number;
  readonly points: number;
  readonly firstEdge: number;
  readonly lastEdge: number;
}

interface Plan {
  readonly trees: TreePlan[];
  /** [edges]; the edge above, -1 below the root. */
  readonly parent: Int32Array;
  /** [edges]; the nearest edge above of the same feature, -1 if none. */
  readonly previous: Int32Array;
  readonly feature: Int32Array;
  /** [edges]; the node that the edge leaves, and whether to its left. */
  readonly node: Int32Array;
  readonly isLeft: Uint8Array;
  /** [edges]; the leaf below, or -1. */
  readonly leaf: Int32Array;
  /** [edges]; product of the cover shares of the feature's edges down to this one. */
  readonly share: Float64Array;
}

export function createExplainer(forest: Forest): Explainer {
  const plan = planEdges(forest);
  const { parent, previous, feature, node, isLeft, leaf, share } = plan;
  const { trees } = forest;
  const featureCount = forest.features.length;
  const mostPoints = plan.trees.reduce((most, tree) => Math.max(most, tree.points), 1);
  const rules = Array.from({ length: mostPoints + 1 }, (_, points) => gaussLegendre(points));
  const mostEdges = plan.trees.reduce((most, tree) => Math.max(most, tree.lastEdge - tree.firstEdge), 0);
  const product = new Float64Array(mostEdges * mostPoints);
  const sums = new Float64Array(mostEdges * mostPoints);
  const agrees = new Uint8Array(mostEdges);
  const goesLeft = createDecision(forest);

  function explainTree(tree: TreePlan, row: Float64Array, out: Float64Array): void {
    const { points, firstEdge, lastEdge } = tree;
    const rule = rules[points] as { at: Float64Array; weight: Float64Array };
    const { at, weight } = rule;
    for (let edge = firstEdge; edge < lastEdge; edge++) {
      const local = edge - firstEdge;
      const above = (parent[edge] as number) - firstEdge;
      const before = previous[edge] as number;
      const from = node[edge] as number;
      const here = goesLeft(from, row[feature[edge] as number] as number) === (isLeft[edge] === 1);
      const agreed = here && (before < 0 || agrees[before - firstEdge] === 1) ? 1 : 0;
      agrees[local] = agreed;
      const z = share[edge] as number;
      const beforeZ = before < 0 ? 0 : (share[before] as number);
      const beforeAgreed = before < 0 ? 0 : (agrees[before - firstEdge] as number);
      const isLeaf = (leaf[edge] as number) >= 0;
      const value = isLeaf ? (trees.leafValue[leaf[edge] as number] as number) : 0;
      for (let point = 0; point < points; point++) {
        const t = at[point] as number;
        let p = parent[edge] === -1 ? 1 : (product[above * points + point] as number);
        if (before >= 0) p /= beforeAgreed * t + beforeZ * (1 - t);
        p *= agreed * t + z * (1 - t);
        product[local * points + point] = p;
        sums[local * points + point] = isLeaf ? p * value * (weight[point] as number) : 0;
      }
    }
    for (let edge = lastEdge - 1; edge >= firstEdge; edge--) {
      const local = edge - firstEdge;
      const before = previous[edge] as number;
      const above = parent[edge] as number;
      const agreed = agrees[local] as number;
      const z = share[edge] as number;
      const beforeZ = before < 0 ? 0 : (share[before] as number);
      const beforeAgreed = before < 0 ? 0 : (agrees[before - firstEdge] as number);
      let own = 0;
      let replaced = 0;
      for (let point = 0; point < points; point++) {
        const t = at[point] as number;
        const sum = sums[local * points + point] as number;
        own += sum / (agreed * t + z * (1 - t));
        if (before >= 0) replaced += sum / (beforeAgreed * t + beforeZ * (1 - t));
        if (above >= 0) {
          const slot = (above - firstEdge) * points + point;
          sums[slot] = (sums[slot] as number) + sum;
        }
      }
      const slot = tree.output * featureCount + (feature[edge] as number);
      out[slot] = (out[slot] as number) + (agreed - z) * own - (before < 0 ? 0 : (beforeAgreed - beforeZ) * replaced);
    }
  }

  function explain(row: Float64Array, out: Float64Array): void {
    out.fill(0, 0, forest.outputs * featureCount);
    for (const tree of plan.trees) explainTree(tree, row, out);
  }

  return { baseValues: meanScores(forest), explain };
}

function createDecision(forest: Forest): (node: number, value: number) => boolean {
  const { feature, threshold, defaultLeft, categoryOffset, categoryBits } = forest.trees;
  const categoryCount = Int32Array.from(forest.features, (item) => item.categories?.length ?? 0);
  return (node, value) => {
    if (Number.isNaN(value)) return defaultLeft[node] === 1;
    const set = categoryOffset[node] as number;
    if (set < 0) return value <= (threshold[node] as number);
    if (!(value >= 0 && value < (categoryCount[feature[node] as number] as number))) return defaultLeft[node] === 1;
    return (((categoryBits[set + (value >> 5)] as number) >>> (value & 31)) & 1) === 1;
  };
}

/** [nodes]; a node's cover is the sum of its leaves', children before parents. */
function nodeCovers(forest: Forest): Float64Array {
  const { trees } = forest;
  const covers = new Float64Array(trees.feature.length);
  const coverOf = (child: number): number => (child >= 0 ? covers[child] : trees.leafCover[~child]) as number;
  for (let node = covers.length - 1; node >= 0; node--)
    covers[node] = coverOf(trees.left[node] as number) + coverOf(trees.right[node] as number);
  return covers;
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

function planEdges(forest: Forest): Plan {
  const { trees } = forest;
  const covers = nodeCovers(forest);
  const edgeCount = trees.feature.length * 2;
  const plan: Plan = {
    trees: [],
    parent: new Int32Array(edgeCount).fill(-1),
    previous: new Int32Array(edgeCount).fill(-1),
    feature: new Int32Array(edgeCount),
    node: new Int32Array(edgeCount),
    isLeft: new Uint8Array(edgeCount),
    leaf: new Int32Array(edgeCount).fill(-1),
    share: new Float64Array(edgeCount),
  };
  let edge = 0;
  for (let tree = 0; tree < treeCountOf(forest); tree++) {
    const root = rootOf(trees, tree);
    if (root < 0) continue;
    const firstEdge = edge;
    let longest = 1;
    const waiting = [
      { node: root, isLeft: false, above: -1, length: 0 },
      { node: root, isLeft: true, above: -1, length: 0 },
    ];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { node, isLeft, above } = next;
      const child = (isLeft ? trees.left[node] : trees.right[node]) as number;
      const feature = trees.feature[node] as number;
      let before = above;
      while (before >= 0 && plan.feature[before] !== feature) before = plan.parent[before] as number;
      const cover = (child >= 0 ? covers[child] : trees.leafCover[~child]) as number;
      plan.parent[edge] = above;
      plan.previous[edge] = before;
      plan.feature[edge] = feature;
      plan.node[edge] = node;
      plan.isLeft[edge] = isLeft ? 1 : 0;
      plan.share[edge] = (cover / (covers[node] as number)) * (before < 0 ? 1 : (plan.share[before] as number));
      const length = next.length + (before < 0 ? 1 : 0);
      longest = Math.max(longest, length);
      if (child < 0) plan.leaf[edge] = ~child;
      else waiting.push({ node: child, isLeft: false, above: edge, length }, { node: child, isLeft: true, above: edge, length });
      edge++;
    }
    plan.trees.push({ output: tree % forest.outputs, points: (longest + 1) >> 1, firstEdge, lastEdge: edge });
  }
  return plan;
}
