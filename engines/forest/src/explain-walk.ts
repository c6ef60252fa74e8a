/**
 * Walks the trees of an explanation in TypeScript: the twin of assembly/explain, and what runs where WebAssembly is missing.
 *
 * Down a tree: at each point, the product of the factors above a node. Up: the mean of the leaves below it, H. A node's
 * feature gains z s' Σ product / f² x (H(taken) - H(other)), s' being the other child's cover share, f and z the factor
 * and share of the feature's nearest edge above. Where that edge disagrees with the row, the node gives nothing.
 * Leaves share place 0: their products go nowhere, and their mean there is 0, to which the node adds the leaf's value.
 * Even and odd points are summed apart, as the two lanes of a vector are: both twins give the same bits.
 */
import { type ExplainPlan, nodeBytes, treeBytes } from "./explain-plan.ts";

interface Views {
  readonly f64: Float64Array;
  readonly i32: Int32Array;
}

export function walkForest(plan: ExplainPlan, buffer: ArrayBufferLike, slots: number): void {
  const views = { f64: new Float64Array(buffer), i32: new Int32Array(buffer) };
  views.f64.fill(0, plan.out / 8, plan.out / 8 + slots);
  for (let tree = 0; tree < plan.treeCount; tree++) {
    descend(plan, views, (plan.trees + tree * treeBytes) / 4);
    ascend(plan, views, (plan.trees + tree * treeBytes) / 4);
  }
}

function goesLeft(plan: ExplainPlan, { f64, i32 }: Views, node: number): boolean {
  const value = f64[plan.row / 8 + (i32[node * 2 + 10] as number)] as number;
  const threshold = f64[node] as number;
  if (value <= threshold) return true;
  if (value > threshold) return false;
  const flags = i32[node * 2 + 15] as number;
  const set = i32[node * 2 + 14] as number;
  if (set >= 0 && value >= 0 && value < flags >> 1)
    return (((i32[plan.bits / 4 + set + (value >> 5)] as number) >>> (value & 31)) & 1) === 1;
  return (flags & 1) === 1;
}

/** @param tree  i32 index of the tree's record. */
function descend(plan: ExplainPlan, views: Views, tree: number): void {
  const { f64, i32 } = views;
  const first = plan.nodes / 8 + ((i32[tree] as number) * nodeBytes) / 8;
  const count = i32[tree + 1] as number;
  const points = (i32[tree + 2] as number) * 2;
  const rule = (i32[tree + 4] as number) / 8;
  const products = plan.scratch / 8;
  const inverses = (plan.scratch + plan.stride) / 8;
  const states = (plan.scratch + 3 * plan.stride) / 4;
  for (let place = 0; place < count; place++) {
    const node = first + place * 8;
    const isLeft = goesLeft(plan, views, node);
    const previous = i32[node * 2 + 13] as number;
    const isAlive = previous < 0 || i32[states + (previous >> 1)] === (previous & 1);
    const repeats = isAlive && previous >= 0;
    i32[states + place] = (isLeft ? 1 : 0) + (isAlive ? 0 : 2);
    const taken = products + (i32[node * 2 + (isLeft ? 11 : 12)] as number) * points;
    const other = products + (i32[node * 2 + (isLeft ? 12 : 11)] as number) * points;
    const own = place === 0 ? rule + 2 * points : products + place * points;
    const left = f64[node + 1] as number;
    const before = f64[node + 2] as number;
    const takenShare = isLeft ? left : 1 - left;
    const otherShare = isLeft ? 1 - left : left;
    for (let point = 0; point < points; point++) {
      const t = f64[rule + point] as number;
      const u = f64[rule + points + point] as number;
      const product = f64[own + point] as number;
      if (!repeats) {
        f64[taken + point] = product * ((isAlive ? 1 : takenShare) * t + takenShare * u);
        f64[other + point] = product * ((isAlive ? 0 : otherShare) * t + otherShare * u);
        continue;
      }
      const inverse = 1 / (t + before * u);
      const rest = product * inverse;
      f64[inverses + place * points + point] = inverse;
      f64[taken + point] = rest * (t + before * takenShare * u);
      f64[other + point] = rest * (before * otherShare * u);
      f64[own + point] = rest * inverse;
    }
  }
}

/** @param tree  i32 index of the tree's record. */
function ascend(plan: ExplainPlan, { f64, i32 }: Views, tree: number): void {
  const first = plan.nodes / 8 + ((i32[tree] as number) * nodeBytes) / 8;
  const points = (i32[tree + 2] as number) * 2;
  const rule = (i32[tree + 4] as number) / 8;
  const out = plan.out / 8 + (i32[tree + 3] as number);
  const products = plan.scratch / 8;
  const inverses = (plan.scratch + plan.stride) / 8;
  const means = (plan.scratch + 2 * plan.stride) / 8;
  const states = (plan.scratch + 3 * plan.stride) / 4;
  f64.fill(0, means, means + points);
  for (let place = (i32[tree + 1] as number) - 1; place >= 0; place--) {
    const node = first + place * 8;
    const isLeft = ((i32[states + place] as number) & 1) === 1;
    const isAlive = (i32[states + place] as number) < 2;
    const repeats = isAlive && (i32[node * 2 + 13] as number) >= 0;
    const taken = means + (i32[node * 2 + (isLeft ? 11 : 12)] as number) * points;
    const other = means + (i32[node * 2 + (isLeft ? 12 : 11)] as number) * points;
    const takenValue = f64[node + (isLeft ? 3 : 4)] as number;
    const otherValue = f64[node + (isLeft ? 4 : 3)] as number;
    const left = f64[node + 1] as number;
    const before = isAlive ? (f64[node + 2] as number) : 1;
    const takenShare = isLeft ? left : 1 - left;
    const otherShare = isLeft ? 1 - left : left;
    const product = place === 0 ? rule + 2 * points : products + place * points;
    const inverse = repeats ? inverses + place * points : rule + 3 * points;
    let even = 0;
    let odd = 0;
    for (let point = 0; point < points; point++) {
      const x = (f64[taken + point] as number) + takenValue;
      const y = (f64[other + point] as number) + otherValue;
      const t = f64[rule + point] as number;
      const u = f64[rule + points + point] as number;
      const term = (f64[product + point] as number) * (x - y);
      if ((point & 1) === 0) even += term;
      else odd += term;
      const takenFactor = (isAlive ? 1 : takenShare) * t + before * takenShare * u;
      const otherFactor = (isAlive ? 0 : otherShare) * t + before * otherShare * u;
      f64[means + place * points + point] = (takenFactor * x + otherFactor * y) * (f64[inverse + point] as number);
    }
    const slot = out + (i32[node * 2 + 10] as number);
    f64[slot] = (f64[slot] as number) + (isAlive ? before * otherShare : 0) * (even + odd);
  }
}
