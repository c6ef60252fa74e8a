/**
 * Path-dependent Shapley values of one row: the fast twin of src/explain-walk.ts, which says why and lays out the memory.
 *
 * Two points of the quadrature to a vector. Both twins do the same operations in the same order: equal bits. Branches
 * that a row decides are made arithmetic; the loop over points is unrolled for up to four vectors (class width).
 */
const NODE = 64;
const TREE = 32;

class One { a: u8; }
class Two { a: u8; b: u8; }
class Three { a: u8; b: u8; c: u8; }
class Four { a: u8; b: u8; c: u8; d: u8; }
/** Any number of vectors: a loop. */
class Many {}

@inline
function goesLeft(node: usize, row: usize, bits: usize): i32 {
  const value = load<f64>(row + ((<usize>load<i32>(node, 40)) << 3));
  const threshold = load<f64>(node, 0);
  const left = <i32>(value <= threshold);
  return (left | <i32>(value > threshold)) != 0 ? left : rareSide(node, value, bits);
}

function rareSide(node: usize, value: f64, bits: usize): i32 {
  const flags = load<i32>(node, 60);
  const set = load<i32>(node, 56);
  if (set >= 0 && value >= 0 && value < <f64>(flags >> 1)) {
    const code = <i32>value;
    return (load<u32>(bits + (<usize>(set + (code >> 5)) << 2)) >> (code & 31)) & 1;
  }
  return flags & 1;
}

@inline
function plainStep(own: usize, rule: usize, size: usize, takenAt: usize, otherAt: usize, tt: v128, tu: v128, ot: v128, ou: v128, k: usize): void {
  const t = v128.load(rule + k);
  const u = v128.load(rule + size + k);
  const product = v128.load(own + k);
  v128.store(takenAt + k, f64x2.mul(product, f64x2.add(f64x2.mul(tt, t), f64x2.mul(tu, u))));
  v128.store(otherAt + k, f64x2.mul(product, f64x2.add(f64x2.mul(ot, t), f64x2.mul(ou, u))));
}

@inline
function repeatStep(own: usize, rule: usize, size: usize, takenAt: usize, otherAt: usize, inverseAt: usize, z: v128, tu: v128, ou: v128, k: usize): void {
  const t = v128.load(rule + k);
  const u = v128.load(rule + size + k);
  const inverse = f64x2.div(f64x2.splat(1), f64x2.add(t, f64x2.mul(z, u)));
  v128.store(inverseAt + k, inverse);
  const rest = f64x2.mul(v128.load(own + k), inverse);
  v128.store(takenAt + k, f64x2.mul(rest, f64x2.add(t, f64x2.mul(tu, u))));
  v128.store(otherAt + k, f64x2.mul(rest, f64x2.mul(ou, u)));
  v128.store(own + k, f64x2.mul(rest, inverse));
}

@inline
function descend<T>(first: usize, count: i32, size: usize, rule: usize, row: usize, bits: usize, product: usize, inverse: usize, state: usize): void {
  for (let index = 0; index < count; index++) {
    const node = first + <usize>index * NODE;
    const isLeft = goesLeft(node, row, bits);
    const previous = load<i32>(node, 52);
    const alive = previous < 0 || load<i32>(state + (<usize>(previous >> 1) << 2)) == (previous & 1);
    store<i32>(state + (<usize>index << 2), isLeft | (alive ? 0 : 2));
    const takenAt = product + <usize>load<i32>(node + (<usize>(1 - isLeft) << 2), 44) * size;
    const otherAt = product + <usize>load<i32>(node + (<usize>isLeft << 2), 44) * size;
    const left = load<f64>(node, 8);
    const takenShare = select<f64>(left, 1 - left, isLeft);
    const otherShare = select<f64>(1 - left, left, isLeft);
    const own = select<usize>(rule + 2 * size, product + <usize>index * size, index == 0);
    if (alive && previous >= 0) {
      const before = load<f64>(node, 16);
      const z = f64x2.splat(before);
      const tu = f64x2.splat(before * takenShare);
      const ou = f64x2.splat(before * otherShare);
      const inverseAt = inverse + <usize>index * size;
      if (offsetof<T>() == 0) {
        for (let k: usize = 0; k < size; k += 16) repeatStep(own, rule, size, takenAt, otherAt, inverseAt, z, tu, ou, k);
      } else {
        repeatStep(own, rule, size, takenAt, otherAt, inverseAt, z, tu, ou, 0);
        if (offsetof<T>() > 1) repeatStep(own, rule, size, takenAt, otherAt, inverseAt, z, tu, ou, 16);
        if (offsetof<T>() > 2) repeatStep(own, rule, size, takenAt, otherAt, inverseAt, z, tu, ou, 32);
        if (offsetof<T>() > 3) repeatStep(own, rule, size, takenAt, otherAt, inverseAt, z, tu, ou, 48);
      }
    } else {
      const tt = f64x2.splat(select<f64>(1, takenShare, alive));
      const tu = f64x2.splat(takenShare);
      const ot = f64x2.splat(select<f64>(0, otherShare, alive));
      const ou = f64x2.splat(otherShare);
      if (offsetof<T>() == 0) {
        for (let k: usize = 0; k < size; k += 16) plainStep(own, rule, size, takenAt, otherAt, tt, tu, ot, ou, k);
      } else {
        plainStep(own, rule, size, takenAt, otherAt, tt, tu, ot, ou, 0);
        if (offsetof<T>() > 1) plainStep(own, rule, size, takenAt, otherAt, tt, tu, ot, ou, 16);
        if (offsetof<T>() > 2) plainStep(own, rule, size, takenAt, otherAt, tt, tu, ot, ou, 32);
        if (offsetof<T>() > 3) plainStep(own, rule, size, takenAt, otherAt, tt, tu, ot, ou, 48);
      }
    }
  }
}

/** Stores the mean below a node and returns the running sum of its feature's gain. */
@inline
function riseStep(sum: v128, own: usize, product: usize, inverse: usize, rule: usize, size: usize, takenAt: usize, otherAt: usize, takenValue: v128, otherValue: v128, tt: v128, tu: v128, ot: v128, ou: v128, k: usize): v128 {
  const x = f64x2.add(v128.load(takenAt + k), takenValue);
  const y = f64x2.add(v128.load(otherAt + k), otherValue);
  const t = v128.load(rule + k);
  const u = v128.load(rule + size + k);
  const taken = f64x2.mul(f64x2.add(f64x2.mul(tt, t), f64x2.mul(tu, u)), x);
  const other = f64x2.mul(f64x2.add(f64x2.mul(ot, t), f64x2.mul(ou, u)), y);
  v128.store(own + k, f64x2.mul(f64x2.add(taken, other), v128.load(inverse + k)));
  return f64x2.add(sum, f64x2.mul(v128.load(product + k), f64x2.sub(x, y)));
}

@inline
function ascend<T>(first: usize, count: i32, size: usize, rule: usize, out: usize, product: usize, inverse: usize, state: usize, mean: usize): void {
  memory.fill(mean, 0, size);
  for (let index = count - 1; index >= 0; index--) {
    const node = first + <usize>index * NODE;
    const flags = load<i32>(state + (<usize>index << 2));
    const isLeft = flags & 1;
    const alive = <i32>(flags < 2);
    const takenSide = <usize>(1 - isLeft) << 2;
    const otherSide = <usize>isLeft << 2;
    const takenAt = mean + <usize>load<i32>(node + takenSide, 44) * size;
    const otherAt = mean + <usize>load<i32>(node + otherSide, 44) * size;
    const takenValue = f64x2.splat(load<f64>(node + 2 * takenSide, 24));
    const otherValue = f64x2.splat(load<f64>(node + 2 * otherSide, 24));
    const left = load<f64>(node, 8);
    const takenShare = select<f64>(left, 1 - left, isLeft);
    const otherShare = select<f64>(1 - left, left, isLeft);
    const before = select<f64>(load<f64>(node, 16), 1, alive);
    const tt = f64x2.splat(select<f64>(1, takenShare, alive));
    const tu = f64x2.splat(before * takenShare);
    const ot = f64x2.splat(select<f64>(0, otherShare, alive));
    const ou = f64x2.splat(before * otherShare);
    const own = mean + <usize>index * size;
    const repeats = alive & <i32>(load<i32>(node, 52) >= 0);
    const ownProduct = select<usize>(rule + 2 * size, product + <usize>index * size, index == 0);
    const ownInverse = select<usize>(inverse + <usize>index * size, rule + 3 * size, repeats);
    let sum = f64x2.splat(0);
    if (offsetof<T>() == 0) {
      for (let k: usize = 0; k < size; k += 16)
        sum = riseStep(sum, own, ownProduct, ownInverse, rule, size, takenAt, otherAt, takenValue, otherValue, tt, tu, ot, ou, k);
    } else {
      sum = riseStep(sum, own, ownProduct, ownInverse, rule, size, takenAt, otherAt, takenValue, otherValue, tt, tu, ot, ou, 0);
      if (offsetof<T>() > 1) sum = riseStep(sum, own, ownProduct, ownInverse, rule, size, takenAt, otherAt, takenValue, otherValue, tt, tu, ot, ou, 16);
      if (offsetof<T>() > 2) sum = riseStep(sum, own, ownProduct, ownInverse, rule, size, takenAt, otherAt, takenValue, otherValue, tt, tu, ot, ou, 32);
      if (offsetof<T>() > 3) sum = riseStep(sum, own, ownProduct, ownInverse, rule, size, takenAt, otherAt, takenValue, otherValue, tt, tu, ot, ou, 48);
    }
    const slot = out + (<usize>load<i32>(node, 40) << 3);
    const total = f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
    store<f64>(slot, load<f64>(slot) + select<f64>(before * otherShare, 0, alive) * total);
  }
}

function walk<T>(tree: usize, size: usize, nodes: usize, bits: usize, row: usize, out: usize, scratch: usize, stride: usize): void {
  const first = nodes + <usize>load<i32>(tree, 0) * NODE;
  const count = load<i32>(tree, 4);
  const rule = <usize>load<i32>(tree, 16);
  const state = scratch + 3 * stride;
  descend<T>(first, count, size, rule, row, bits, scratch, scratch + stride, state);
  ascend<T>(first, count, size, rule, out + (<usize>load<i32>(tree, 12) << 3), scratch, scratch + stride, state, scratch + 2 * stride);
}

export function explain(trees: usize, treeCount: i32, nodes: usize, bits: usize, row: usize, out: usize, slots: i32, scratch: usize, stride: usize): void {
  memory.fill(out, 0, <usize>slots << 3);
  for (let index = 0; index < treeCount; index++) {
    const tree = trees + <usize>index * TREE;
    const pairs = load<i32>(tree, 8);
    if (pairs == 1) walk<One>(tree, 16, nodes, bits, row, out, scratch, stride);
    else if (pairs == 2) walk<Two>(tree, 32, nodes, bits, row, out, scratch, stride);
    else if (pairs == 3) walk<Three>(tree, 48, nodes, bits, row, out, scratch, stride);
    else if (pairs == 4) walk<Four>(tree, 64, nodes, bits, row, out, scratch, stride);
    else walk<Many>(tree, <usize>pairs << 4, nodes, bits, row, out, scratch, stride);
  }
}
