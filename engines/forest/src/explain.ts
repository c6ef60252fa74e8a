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
import { gaussLegendre, type Quadrature } from "./quadrature.ts";

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
  readonly edgeCount: number;
}

interface Plan {
  readonly trees: TreePlan[];
  /** [edges]; the place of the edge above in its tree, counted from 1; 0 below the root. */
  readonly parent: Int32Array;
  /** [edges]; the place of the nearest edge above of the same feature, 0 if none. */
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
  const mostEdges = plan.trees.reduce((most, tree) => Math.max(most, tree.edgeCount), 0) + 1;
  const product = new Float64Array(mostEdges * mostPoints);
  const inverse = new Float64Array(mostEdges * mostPoints);
  const sums = new Float64Array(mostEdges * mostPoints);
  const agrees = new Uint8Array(mostEdges);
  const goesLeft = createDecision(forest);

  /** Down the tree: which edges the row agrees with, and at each point the product of the factors so far. */
  function descend(tree: TreePlan, rule: Quadrature, row: Float64Array): void {
    const { points, firstEdge, edgeCount } = tree;
    product.fill(1, 0, points);
    inverse.fill(1, 0, points);
    agrees[0] = 1;
    for (let place = 1; place <= edgeCount; place++) {
      const edge = firstEdge + place - 1;
      const at = place * points;
      const parentAt = (parent[edge] as number) * points;
      const before = previous[edge] as number;
      const beforeAt = before * points;
      const here = goesLeft(node[edge] as number, row[feature[edge] as number] as number) === (isLeft[edge] === 1);
      const agreed = here ? (agrees[before] as number) : 0;
      agrees[place] = agreed;
      const z = share[edge] as number;
      const value = (leaf[edge] as number) < 0 ? 0 : (trees.leafValue[leaf[edge] as number] as number);
      for (let point = 0; point < points; point++) {
        const t = rule.at[point] as number;
        const factor = agreed * t + z * (1 - t);
        const p = factor * (product[parentAt + point] as number) * (inverse[beforeAt + point] as number);
        product[at + point] = p;
        inverse[at + point] = 1 / factor;
        sums[at + point] = p * value * (rule.weight[point] as number);
      }
    }
  }

  /** Up the tree: the sums over the leaves below each edge, and from them what its feature contributed. */
  function ascend(tree: TreePlan, out: Float64Array): void {
    const { points, firstEdge, edgeCount } = tree;
    const offset = tree.output * featureCount;
    for (let place = edgeCount; place >= 1; place--) {
      const edge = firstEdge + place - 1;
      const at = place * points;
      const parentAt = (parent[edge] as number) * points;
      const before = previous[edge] as number;
      let own = 0;
      for (let point = 0; point < points; point++) {
        const sum = sums[at + point] as number;
        own += sum * (inverse[at + point] as number);
        sums[parentAt + point] = (sums[parentAt + point] as number) + sum;
      }
      let contribution = ((agrees[place] as number) - (share[edge] as number)) * own;
      if (before > 0) {
        const beforeAt = before * points;
        let replaced = 0;
        for (let point = 0; point < points; point++) replaced += (sums[at + point] as number) * (inverse[beforeAt + point] as number);
        contribution -= ((agrees[before] as number) - (share[firstEdge + before - 1] as number)) * replaced;
      }
      const slot = offset + (feature[edge] as number);
      out[slot] = (out[slot] as number) + contribution;
    }
  }

  function explain(row: Float64Array, out: Float64Array): void {
    out.fill(0, 0, forest.outputs * featureCount);
    for (const tree of plan.trees) {
      descend(tree, rules[tree.points] as Quadrature, row);
      ascend(tree, out);
    }
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
    parent: new Int32Array(edgeCount),
    previous: new Int32Array(edgeCount),
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
      { node: root, isLeft: false, above: 0, length: 0 },
      { node: root, isLeft: true, above: 0, length: 0 },
    ];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { node, isLeft, above } = next;
      const child = (isLeft ? trees.left[node] : trees.right[node]) as number;
      const feature = trees.feature[node] as number;
      let before = above;
      while (before > 0 && plan.feature[firstEdge + before - 1] !== feature) before = plan.parent[firstEdge + before - 1] as number;
      const cover = (child >= 0 ? covers[child] : trees.leafCover[~child]) as number;
      plan.parent[edge] = above;
      plan.previous[edge] = before;
      plan.feature[edge] = feature;
      plan.node[edge] = node;
      plan.isLeft[edge] = isLeft ? 1 : 0;
      plan.share[edge] = (cover / (covers[node] as number)) * (before === 0 ? 1 : (plan.share[firstEdge + before - 1] as number));
      const length = next.length + (before === 0 ? 1 : 0);
      const place = edge - firstEdge + 1;
      longest = Math.max(longest, length);
      if (child < 0) plan.leaf[edge] = ~child;
      else waiting.push({ node: child, isLeft: false, above: place, length }, { node: child, isLeft: true, above: place, length });
      edge++;
    }
    plan.trees.push({ output: tree % forest.outputs, points: (longest + 1) >> 1, firstEdge, edgeCount: edge - firstEdge });
  }
  return plan;
}
