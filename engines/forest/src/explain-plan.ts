/**
 * Lays a forest out for explaining: what depends on cover alone, in one block of memory that kernel and twin share.
 *
 * Bytes: trees i32[8] each: first node, nodes, pairs of points, first slot of the output, rule (byte offset).
 * Nodes, 64 each, preorder: f64 threshold (NaN: category), share of the left child, share z of the nearest edge above of
 * the same feature (1 if none), left and right leaf value; i32 feature, left, right (place in the tree, 0: leaf), that
 * edge (2 x place + 1 if left, -1: none), category word (-1: numeric), 2 x categories + 1 if missing goes left.
 * Rules, for each count of pairs: f64 t[points], (1 - t)[points], weight[points], 1[points]. Then bits, row, out and scratch.
 */
import { type Forest, rootOf, treeCountOf } from "./forest.ts";
import { gaussLegendre } from "./quadrature.ts";

export const nodeBytes = 64;
export const treeBytes = 32;

export interface ExplainPlan {
  readonly treeCount: number;
  /** Byte offsets. */
  readonly trees: number;
  readonly nodes: number;
  readonly bits: number;
  readonly row: number;
  readonly out: number;
  readonly scratch: number;
  /** Bytes of one scratch array; there are three, and one more for states. */
  readonly stride: number;
  readonly bytes: number;
  /** Writes the tables; the buffer has at least `bytes`. */
  write(buffer: ArrayBufferLike): void;
}

interface Shape {
  readonly tree: number;
  readonly pairs: number;
  readonly firstNode: number;
  readonly nodeCount: number;
}

interface Step {
  readonly node: number;
  readonly parent: number;
  readonly isLeft: boolean;
}

export function planExplanation(forest: Forest): ExplainPlan {
  const { trees } = forest;
  const nodeCount = trees.feature.length;
  const draft = new ArrayBuffer(nodeCount * nodeBytes);
  const shapes = draftNodes(forest, draft);
  const pairCounts = [...new Set(shapes.map(({ pairs }) => pairs))].sort((a, b) => a - b);
  const mostSlots = shapes.reduce((most, shape) => Math.max(most, shape.pairs * shape.nodeCount), 1);
  let end = 1024;
  const take = (bytes: number): number => {
    const at = end;
    end += Math.ceil(bytes / 64) * 64;
    return at;
  };
  const treesAt = take(shapes.length * treeBytes);
  const nodes = take(draft.byteLength);
  const rules = new Map(pairCounts.map((pairs) => [pairs, take(pairs * 64)]));
  const bits = take(trees.categoryBits.byteLength);
  const row = take(forest.features.length * 8);
  const out = take(forest.outputs * forest.features.length * 8);
  const stride = Math.ceil((mostSlots * 16) / 64) * 64;
  const mostNodes = shapes.reduce((most, shape) => Math.max(most, shape.nodeCount), 1);
  const scratch = take(stride * 3 + mostNodes * 4);
  function write(buffer: ArrayBufferLike): void {
    new Uint8Array(buffer).set(new Uint8Array(draft), nodes);
    new Uint32Array(buffer).set(trees.categoryBits, bits / 4);
    for (const [pairs, at] of rules) writeRule(new Float64Array(buffer, at, pairs * 8), pairs * 2);
    const records = new Int32Array(buffer, treesAt, (shapes.length * treeBytes) / 4);
    shapes.forEach(({ tree, pairs, firstNode, nodeCount: count }, index) => {
      const slot = (tree % forest.outputs) * forest.features.length;
      records.set([firstNode, count, pairs, slot, rules.get(pairs) as number], (index * treeBytes) / 4);
    });
  }
  return { treeCount: shapes.length, trees: treesAt, nodes, bits, row, out, scratch, stride, bytes: end, write };
}

function writeRule(to: Float64Array, points: number): void {
  const { at, weight } = gaussLegendre(points);
  to.set(at);
  to.set(
    at.map((t) => 1 - t),
    points,
  );
  to.set(weight, points * 2);
  to.fill(1, points * 3);
}

/** Fills the nodes; the trees that have any, in their order. */
function draftNodes(forest: Forest, draft: ArrayBuffer): Shape[] {
  const f64 = new Float64Array(draft);
  const i32 = new Int32Array(draft);
  const covers = nodeCovers(forest);
  const { trees } = forest;
  const categoryCount = forest.features.map((item) => item.categories?.length ?? 0);
  const lengths = new Int32Array(trees.feature.length);
  const parents = new Int32Array(trees.feature.length);
  const shapes: Shape[] = [];
  let firstNode = 0;
  for (let tree = 0; tree < treeCountOf(forest); tree++) {
    const root = rootOf(trees, tree);
    if (root < 0) continue;
    let place = 0;
    let longest = 0;
    const waiting: Step[] = [{ node: root, parent: -1, isLeft: false }];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { node, parent, isLeft } = next;
      if (parent >= 0) i32[(firstNode + parent) * 16 + (isLeft ? 11 : 12)] = place;
      parents[place] = parent < 0 ? -1 : parent * 2 + (isLeft ? 1 : 0);
      const previous = previousEdge(i32, firstNode, parents, place, trees.feature[node] as number);
      const above = parent < 0 ? 0 : (lengths[parent] as number);
      lengths[place] = above + (previous < 0 ? 1 : 0);
      longest = Math.max(longest, lengths[place] as number);
      const at = firstNode + place;
      const isCategory = (trees.categoryOffset[node] as number) >= 0;
      const left = trees.left[node] as number;
      const right = trees.right[node] as number;
      const leftCover = (left >= 0 ? covers[left] : trees.leafCover[~left]) as number;
      f64[at * 8] = isCategory ? Number.NaN : (trees.threshold[node] as number);
      f64[at * 8 + 1] = leftCover / (covers[node] as number);
      f64[at * 8 + 2] = previous < 0 ? 1 : edgeShare(f64, firstNode, previous);
      if (left < 0) f64[at * 8 + 3] = trees.leafValue[~left] as number;
      if (right < 0) f64[at * 8 + 4] = trees.leafValue[~right] as number;
      i32[at * 16 + 10] = trees.feature[node] as number;
      i32[at * 16 + 13] = previous;
      i32[at * 16 + 14] = trees.categoryOffset[node] as number;
      i32[at * 16 + 15] = (categoryCount[trees.feature[node] as number] as number) * 2 + (trees.defaultLeft[node] as number);
      if (right >= 0) waiting.push({ node: right, parent: place, isLeft: false });
      if (left >= 0) waiting.push({ node: left, parent: place, isLeft: true });
      place++;
    }
    shapes.push({ tree, pairs: Math.ceil(longest / 4), firstNode, nodeCount: place });
    firstNode += place;
  }
  return shapes;
}

/** The nearest edge above of the same feature, as 2 x place + 1 if left; -1 if there is none. */
function previousEdge(i32: Int32Array, firstNode: number, parents: Int32Array, place: number, feature: number): number {
  let edge = parents[place] as number;
  while (edge >= 0 && i32[(firstNode + (edge >> 1)) * 16 + 10] !== feature) edge = parents[edge >> 1] as number;
  return edge;
}

/** The product of the cover shares of a feature's edges down to this one. */
function edgeShare(f64: Float64Array, firstNode: number, edge: number): number {
  const at = (firstNode + (edge >> 1)) * 8;
  const left = f64[at + 1] as number;
  return (f64[at + 2] as number) * ((edge & 1) === 1 ? left : 1 - left);
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
