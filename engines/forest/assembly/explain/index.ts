/**
 * Path-dependent Shapley values of one row: the fast twin of src/explain-walk.ts, which says why and lays out the memory.
 *
 * Two points of the quadrature to a vector. Both twins do the same operations in the same order: equal bits.
 */
const NODE = 64;
const TREE = 32;

function goesLeft(node: usize, row: usize, bits: usize): bool {
  const value = load<f64>(row + ((<usize>load<i32>(node, 40)) << 3));
  const threshold = load<f64>(node, 0);
  if (value <= threshold) return true;
  if (value > threshold) return false;
  const flags = load<i32>(node, 60);
  const set = load<i32>(node, 56);
  if (set >= 0 && value >= 0 && value < <f64>(flags >> 1)) {
    const code = <i32>value;
    return ((load<u32>(bits + (<usize>(set + (code >> 5)) << 2)) >> (code & 31)) & 1) == 1;
  }
  return (flags & 1) == 1;
}

@inline
function descend(first: usize, count: i32, size: usize, rule: usize, row: usize, bits: usize, product: usize, inverse: usize, state: usize): void {
  for (let k: usize = 0; k < size; k += 16) v128.store(product + k, v128.load(rule + 2 * size + k));
  for (let index = 0; index < count; index++) {
    const node = first + <usize>index * NODE;
    const isLeft = goesLeft(node, row, bits);
    const previous = load<i32>(node, 52);
    const alive = previous < 0 || load<i32>(state + (<usize>(previous >> 1) << 2)) == (previous & 1);
    store<i32>(state + (<usize>index << 2), alive ? <i32>isLeft : 2);
    const taken = <usize>load<i32>(node + (isLeft ? 0 : 4), 44);
    const other = <usize>load<i32>(node + (isLeft ? 4 : 0), 44);
    const left = load<f64>(node, 8);
    const takenShare = isLeft ? left : 1 - left;
    const otherShare = isLeft ? 1 - left : left;
    const own = product + <usize>index * size;
    if (!alive) {
      const a = f64x2.splat(takenShare);
      const b = f64x2.splat(otherShare);
      const takenAt = product + taken * size;
      const otherAt = product + other * size;
      if (taken != 0) for (let k: usize = 0; k < size; k += 16) v128.store(takenAt + k, f64x2.mul(v128.load(own + k), a));
      if (other != 0) for (let k: usize = 0; k < size; k += 16) v128.store(otherAt + k, f64x2.mul(v128.load(own + k), b));
      continue;
    }
    const before = load<f64>(node, 16);
    const a = f64x2.splat(before * takenShare);
    const b = f64x2.splat(before * otherShare);
    const takenAt = product + taken * size;
    const otherAt = product + other * size;
    if (previous < 0) {
      if (taken != 0)
        for (let k: usize = 0; k < size; k += 16)
          v128.store(takenAt + k, f64x2.mul(v128.load(own + k), f64x2.add(v128.load(rule + k), f64x2.mul(a, v128.load(rule + size + k)))));
      if (other != 0)
        for (let k: usize = 0; k < size; k += 16)
          v128.store(otherAt + k, f64x2.mul(v128.load(own + k), f64x2.mul(b, v128.load(rule + size + k))));
      continue;
    }
    const z = f64x2.splat(before);
    const inverseAt = inverse + <usize>index * size;
    for (let k: usize = 0; k < size; k += 16) {
      const t = v128.load(rule + k);
      const u = v128.load(rule + size + k);
      const one = f64x2.div(f64x2.splat(1), f64x2.add(t, f64x2.mul(z, u)));
      v128.store(inverseAt + k, one);
      const rest = f64x2.mul(v128.load(own + k), one);
      if (taken != 0) v128.store(takenAt + k, f64x2.mul(rest, f64x2.add(t, f64x2.mul(a, u))));
      if (other != 0) v128.store(otherAt + k, f64x2.mul(rest, f64x2.mul(b, u)));
      v128.store(own + k, f64x2.mul(rest, one));
    }
  }
}

@inline
function ascend(first: usize, count: i32, size: usize, rule: usize, out: usize, product: usize, inverse: usize, state: usize, mean: usize): void {
  for (let index = count - 1; index >= 0; index--) {
    const node = first + <usize>index * NODE;
    const agreed = load<i32>(state + (<usize>index << 2));
    const isLeft = agreed == 1;
    const takenSide: usize = isLeft ? 0 : 4;
    const taken = <usize>load<i32>(node + takenSide, 44);
    const other = <usize>load<i32>(node + (4 - takenSide), 44);
    const takenMean = mean + taken * size;
    const otherMean = mean + other * size;
    const takenValue = f64x2.splat(load<f64>(node + 2 * takenSide, 24));
    const otherValue = f64x2.splat(load<f64>(node + 2 * (4 - takenSide), 24));
    const left = load<f64>(node, 8);
    const takenShare = isLeft ? left : 1 - left;
    const otherShare = isLeft ? 1 - left : left;
    const own = mean + <usize>index * size;
    if (agreed == 2) {
      const a = f64x2.splat(takenShare);
      const b = f64x2.splat(otherShare);
      for (let k: usize = 0; k < size; k += 16) {
        const x = taken != 0 ? v128.load(takenMean + k) : takenValue;
        const y = other != 0 ? v128.load(otherMean + k) : otherValue;
        v128.store(own + k, f64x2.add(f64x2.mul(a, x), f64x2.mul(b, y)));
      }
      continue;
    }
    const before = load<f64>(node, 16);
    const a = f64x2.splat(before * takenShare);
    const b = f64x2.splat(before * otherShare);
    const isFirst = load<i32>(node, 52) < 0;
    const productAt = product + <usize>index * size;
    const inverseAt = inverse + <usize>index * size;
    let sum = f64x2.splat(0);
    for (let k: usize = 0; k < size; k += 16) {
      const x = taken != 0 ? v128.load(takenMean + k) : takenValue;
      const y = other != 0 ? v128.load(otherMean + k) : otherValue;
      const t = v128.load(rule + k);
      const u = v128.load(rule + size + k);
      sum = f64x2.add(sum, f64x2.mul(v128.load(productAt + k), f64x2.sub(x, y)));
      const all = f64x2.add(f64x2.mul(f64x2.add(t, f64x2.mul(a, u)), x), f64x2.mul(f64x2.mul(b, u), y));
      v128.store(own + k, isFirst ? all : f64x2.mul(all, v128.load(inverseAt + k)));
    }
    const slot = out + (<usize>load<i32>(node, 40) << 3);
    const total = f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
    store<f64>(slot, load<f64>(slot) + before * otherShare * total);
  }
}

function walk(tree: usize, size: usize, nodes: usize, bits: usize, row: usize, out: usize, scratch: usize, stride: usize): void {
  const first = nodes + <usize>load<i32>(tree, 0) * NODE;
  const count = load<i32>(tree, 4);
  const rule = <usize>load<i32>(tree, 16);
  const product = scratch;
  const inverse = scratch + stride;
  const mean = scratch + 2 * stride;
  const state = scratch + 3 * stride;
  descend(first, count, size, rule, row, bits, product, inverse, state);
  ascend(first, count, size, rule, out + (<usize>load<i32>(tree, 12) << 3), product, inverse, state, mean);
}

export function explain(trees: usize, treeCount: i32, nodes: usize, bits: usize, row: usize, out: usize, slots: i32, scratch: usize, stride: usize): void {
  memory.fill(out, 0, <usize>slots << 3);
  for (let index = 0; index < treeCount; index++) {
    const tree = trees + <usize>index * TREE;
    const pairs = load<i32>(tree, 8);
    if (pairs == 1) walk(tree, 16, nodes, bits, row, out, scratch, stride);
    else if (pairs == 2) walk(tree, 32, nodes, bits, row, out, scratch, stride);
    else if (pairs == 3) walk(tree, 48, nodes, bits, row, out, scratch, stride);
    else walk(tree, <usize>pairs << 4, nodes, bits, row, out, scratch, stride);
  }
}
