/**
 * Shapley values leaf by leaf, for trees too deep for all subsets: a path's subsets are counted by size, as polynomial
 * coefficients without the feature itself. All terms are positive, nothing is divided out. Cost: leaves x depth³.
 */
import { type Forest, rootOf } from "./forest.ts";
import { createRandom } from "./random.ts";
import { referenceGoesLeft } from "./reference/shapley.ts";

interface Factor {
  readonly agrees: boolean;
  readonly share: number;
}

/** f64[features] of a forest with one output. */
export function pathShapley(forest: Forest, row: Float64Array): Float64Array {
  const out = new Float64Array(forest.features.length);
  for (let tree = 0; tree < forest.trees.nodeOffset.length - 1; tree++) visit(forest, rootOf(forest.trees, tree), row, new Map(), out);
  return out;
}

function visit(forest: Forest, child: number, row: Float64Array, path: ReadonlyMap<number, Factor>, out: Float64Array): void {
  const { trees } = forest;
  if (child < 0) {
    addLeaf(trees.leafValue[~child] as number, path, out);
    return;
  }
  const feature = trees.feature[child] as number;
  const before = path.get(feature) ?? { agrees: true, share: 1 };
  const left = trees.left[child] as number;
  const right = trees.right[child] as number;
  const whole = coverBelow(forest, child);
  const goesLeft = referenceGoesLeft(forest, child, row);
  for (const [next, isTaken] of [[left, goesLeft] as const, [right, !goesLeft] as const]) {
    const factor = { agrees: before.agrees && isTaken, share: (before.share * coverBelow(forest, next)) / whole };
    visit(forest, next, row, new Map([...path, [feature, factor]]), out);
  }
}

function addLeaf(value: number, path: ReadonlyMap<number, Factor>, out: Float64Array): void {
  for (const [feature, { agrees, share }] of path) {
    let counts = [1];
    for (const [other, factor] of path) {
      if (other === feature) continue;
      const one = factor.agrees ? 1 : 0;
      counts = Array.from({ length: counts.length + 1 }, (_, size) => factor.share * (counts[size] ?? 0) + one * (counts[size - 1] ?? 0));
    }
    let weight = 1 / path.size;
    let sum = 0;
    counts.forEach((count, size) => {
      sum += weight * count;
      weight *= (size + 1) / Math.max(1, path.size - 1 - size);
    });
    out[feature] = (out[feature] as number) + ((agrees ? 1 : 0) - share) * value * sum;
  }
}

function coverBelow(forest: Forest, child: number): number {
  const { trees } = forest;
  if (child < 0) return trees.leafCover[~child] as number;
  return coverBelow(forest, trees.left[child] as number) + coverBelow(forest, trees.right[child] as number);
}

/** One tree that is a chain: node d splits a random feature; its other child is a leaf. */
export function chainForest(depth: number, features: number, seed: number): Forest {
  const random = createRandom(seed);
  const numbers = (count: number, make: (index: number) => number): Float64Array =>
    Float64Array.from({ length: count }, (_, index) => make(index));
  const isLeftLeaf = Array.from({ length: depth }, () => random.next() < 0.5);
  const deeper = (node: number): number => (node + 1 < depth ? node + 1 : ~depth);
  return {
    task: "regression",
    features: Array.from({ length: features }, (_, index) => ({ name: `x${index}`, kind: "numeric" as const })),
    classCount: 0,
    outputs: 1,
    base: Float64Array.of(0),
    trees: {
      nodeOffset: Int32Array.of(0, depth),
      leafOffset: Int32Array.of(0, depth + 1),
      feature: Int32Array.from({ length: depth }, (_, node) => (features >= depth ? node : Math.floor(random.next() * features))),
      threshold: numbers(depth, () => random.next()),
      left: Int32Array.from({ length: depth }, (_, node) => (isLeftLeaf[node] ? ~node : deeper(node))),
      right: Int32Array.from({ length: depth }, (_, node) => (isLeftLeaf[node] ? deeper(node) : ~node)),
      defaultLeft: new Uint8Array(depth),
      categoryOffset: new Int32Array(depth).fill(-1),
      categoryBits: new Uint32Array(0),
      leafValue: numbers(depth + 1, () => random.next() * 2 - 1),
      leafCover: numbers(depth + 1, () => 1 + Math.floor(random.next() * 1000)),
    },
    importances: { gain: new Float64Array(features), splits: new Float64Array(features) },
    metadata: {},
  };
}
