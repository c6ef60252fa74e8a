/**
 * Lays a forest out for the scoring kernel and starts it: one compiled binary for all models, one memory for each.
 *
 * Bytes: trees i32[4] each (root, most steps of its eight, byte offset of its output, steps), filled up to a multiple of
 * eight by trees that add -0, which changes no sum. Nodes, 16 each: f64 threshold (NaN: category; +Infinity: leaf), i32 byte
 * offset of the feature, left child (itself at a leaf); the right child lies behind it. Values f64[nodes], 0 where no
 * leaf. Rare i32[2][nodes]: category word (-1: none), 2 x categories + 1 if missing goes left. Then bits, rows, out.
 */
import { type Forest, rootOf, treeCountOf } from "./forest.ts";
import { scoreKernel } from "./kernels/score.ts";

/** Rows that one call of the kernel answers. */
export const tileRows = 64;

export interface ScoreMachine {
  /** f64[tileRows][features] */
  readonly rows: Float64Array;
  /** f64[tileRows][outputs] */
  readonly out: Float64Array;
  /** Adds the trees' values to out. */
  runRow(): void;
  /** @param count  a multiple of 8. */
  runRows(count: number): void;
}

interface Layout {
  readonly treeSlots: number;
  readonly nodeCount: number;
  readonly trees: number;
  readonly nodes: number;
  readonly values: number;
  readonly rare: number;
  readonly bits: number;
  readonly rows: number;
  readonly out: number;
  readonly bytes: number;
}

interface Exports {
  scoreRow(...numbers: number[]): void;
  scoreRows(...numbers: number[]): void;
}

let compiled: WebAssembly.Module | undefined;

/** Undefined where WebAssembly is missing or has no room: the scorer then walks by itself, to the same bits. */
export function startScoreMachine(forest: Forest): ScoreMachine | undefined {
  try {
    const plan = layOut(forest);
    const memory = new WebAssembly.Memory({ initial: Math.ceil(plan.bytes / 65_536) });
    compiled ??= new WebAssembly.Module(Uint8Array.from(atob(scoreKernel.base64), (letter) => letter.charCodeAt(0)));
    const kernel = new WebAssembly.Instance(compiled, { env: { memory } }).exports as unknown as Exports;
    writeForest(forest, plan, memory.buffer);
    const { trees, treeSlots, nodes, values, rare, bits, rows, out } = plan;
    const stride = forest.features.length * 8;
    const outStride = forest.outputs * 8;
    return {
      rows: new Float64Array(memory.buffer, rows, forest.features.length * tileRows),
      out: new Float64Array(memory.buffer, out, forest.outputs * tileRows),
      runRow: () => kernel.scoreRow(trees, treeSlots, nodes, values, rare, bits, rows, out),
      runRows: (count) => kernel.scoreRows(trees, treeSlots, nodes, values, rare, bits, rows, out, count, stride, outStride),
    };
  } catch {
    return undefined;
  }
}

function layOut(forest: Forest): Layout {
  const treeSlots = Math.ceil(treeCountOf(forest) / 8) * 8;
  const nodeCount = forest.trees.feature.length + forest.trees.leafValue.length + 1;
  let end = 1024;
  const take = (bytes: number): number => {
    const at = end;
    end += Math.ceil(bytes / 64) * 64;
    return at;
  };
  const trees = take(treeSlots * 16);
  const nodes = take(nodeCount * 16);
  const values = take(nodeCount * 8);
  const rare = take(nodeCount * 8);
  const bits = take(forest.trees.categoryBits.byteLength);
  const rows = take(forest.features.length * tileRows * 8);
  const out = take(forest.outputs * tileRows * 8);
  return { treeSlots, nodeCount, trees, nodes, values, rare, bits, rows, out, bytes: end };
}

function writeForest(forest: Forest, plan: Layout, buffer: ArrayBuffer): void {
  const i32 = new Int32Array(buffer);
  new Uint32Array(buffer).set(forest.trees.categoryBits, plan.bits / 4);
  const treeCount = treeCountOf(forest);
  let next = 0;
  for (let tree = 0; tree < plan.treeSlots; tree++) {
    const isReal = tree < treeCount;
    const root = next;
    const steps = isReal ? writeTree(forest, plan, buffer, tree, root) : 0;
    if (isReal) next += nodesOf(forest, tree);
    else writeLeaf(plan, buffer, root, -0);
    const at = plan.trees / 4 + tree * 4;
    i32.set([root, 0, isReal ? (tree % forest.outputs) * 8 : 0, steps], at);
    const group = plan.trees / 4 + (tree - (tree % 8)) * 4 + 1;
    i32[group] = Math.max(i32[group] as number, steps);
  }
}

function nodesOf(forest: Forest, tree: number): number {
  const { nodeOffset, leafOffset } = forest.trees;
  const nodes = (nodeOffset[tree + 1] as number) - (nodeOffset[tree] as number);
  return nodes + (leafOffset[tree + 1] as number) - (leafOffset[tree] as number);
}

/** Breadth first from `root`; returns the depth. */
function writeTree(forest: Forest, plan: Layout, buffer: ArrayBuffer, tree: number, root: number): number {
  const { trees, features } = forest;
  const f64 = new Float64Array(buffer);
  const i32 = new Int32Array(buffer);
  let level = [rootOf(trees, tree)];
  let place = root;
  for (let depth = 0; ; depth++) {
    let child = place + level.length;
    const below: number[] = [];
    for (const node of level) {
      if (node < 0) writeLeaf(plan, buffer, place, trees.leafValue[~node] as number);
      else {
        const feature = trees.feature[node] as number;
        const set = trees.categoryOffset[node] as number;
        f64[plan.nodes / 8 + place * 2] = set >= 0 ? Number.NaN : (trees.threshold[node] as number);
        i32.set([feature * 8, child], plan.nodes / 4 + place * 4 + 2);
        const categories = features[feature]?.categories?.length ?? 0;
        i32.set([set, categories * 2 + (trees.defaultLeft[node] as number)], plan.rare / 4 + place * 2);
        below.push(trees.left[node] as number, trees.right[node] as number);
        child += 2;
      }
      place++;
    }
    if (below.length === 0) return depth;
    level = below;
  }
}

function writeLeaf(plan: Layout, buffer: ArrayBuffer, place: number, value: number): void {
  const f64 = new Float64Array(buffer);
  const i32 = new Int32Array(buffer);
  f64[plan.nodes / 8 + place * 2] = Number.POSITIVE_INFINITY;
  i32.set([0, place], plan.nodes / 4 + place * 4 + 2);
  i32.set([-1, 1], plan.rare / 4 + place * 2);
  f64[plan.values / 8 + place] = value;
}
