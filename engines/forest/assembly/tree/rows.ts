/**
 * The rows of a tree: gradients onto the coarse grid, the two sides of a split, sums and values of leaves.
 *
 * Entries {u32 row, i16 gradient, u16 hessian} of a leaf are one range, in ascending or descending order of rows; parting
 * them writes the left side upwards and the right side downwards into the same range of the other buffer.
 */

/** The largest magnitude among values[row]. */
export function largest(values: usize, rows: usize, count: i32): f64 {
  let most: f64 = 0;
  for (let index = 0; index < count; index++) {
    most = max(most, abs(load<f64>(values + (<usize>load<u32>(rows) << 3))));
    rows += 4;
  }
  return most;
}

/** The twin is in src/grid.ts. */
@inline
function chanceOf(place: u32, key: u32): u32 {
  let mixed = (place * 0x9e3779b1) ^ key;
  mixed = (mixed ^ (mixed >> 15)) * 0x85ebca77;
  mixed = (mixed ^ (mixed >> 13)) * 0xc2b2ae3d;
  return mixed ^ (mixed >> 16);
}

/**
 * Rounds up or down by chance, so that the mean stays: floor(value / step + u), where u depends on the key and the row's
 * place among all training rows. Writes the entries, and to `sums` i64[4]: gradients, hessians, squares and sizes of gradients.
 */
export function quantise(rows: usize, count: i32, places: usize, gradient: usize, hessian: usize, perGradientStep: f64, perHessianStep: f64, key: u32, entries: usize, sums: usize): void {
  let gradients: i64 = 0, hessians: i64 = 0, squares: i64 = 0, sizes: i64 = 0;
  for (let index = 0; index < count; index++) {
    const row = load<u32>(rows);
    const chance = chanceOf(load<u32>(places + (<usize>row << 2)), key);
    const g = <i32>floor(load<f64>(gradient + (<usize>row << 3)) * perGradientStep + <f64>(chance >> 16) * 0.0000152587890625);
    const h = <i32>floor(load<f64>(hessian + (<usize>row << 3)) * perHessianStep + <f64>(chance & 0xffff) * 0.0000152587890625);
    store<u32>(entries, row, 0);
    store<i32>(entries, (g & 0xffff) | (h << 16), 4);
    gradients += g;
    hessians += h;
    squares += g * g;
    sizes += abs(g);
    rows += 4;
    entries += 8;
  }
  store<i64>(sums, gradients, 0);
  store<i64>(sums, hessians, 8);
  store<i64>(sums, squares, 16);
  store<i64>(sums, sizes, 24);
}

/** Parts a leaf by goesLeft u8[256] of a column's bins u8[table rows]; returns how many went left. */
export function partition(entries: usize, count: i32, bins: usize, goesLeft: usize, to: usize): i32 {
  let left = to;
  let right = to + (<usize>(count - 1) << 3);
  for (let index = 0; index < count; index++) {
    const entry = load<u64>(entries);
    const side = <usize>load<u8>(goesLeft + <usize>load<u8>(bins + <usize>(<u32>entry)));
    store<u64>(left, entry);
    store<u64>(right, entry);
    left += side << 3;
    right -= (1 - side) << 3;
    entries += 8;
  }
  return <i32>((left - to) >> 3);
}

/** leafOf u16[table rows] */
export function labelLeaf(entries: usize, count: i32, leafOf: usize, leaf: i32): void {
  for (let index = 0; index < count; index++) {
    store<u16>(leafOf + (<usize>load<u32>(entries) << 1), <u16>leaf);
    entries += 8;
  }
}

/**
 * Adds each row's gradient and hessian, on grids whose sums are exact, to sums f64[leaves][2]. To the nearest whole step, a
 * half upwards, like Math.round.
 */
export function sumLeaves(rows: usize, count: i32, leafOf: usize, gradient: usize, hessian: usize, gradientStep: f64, hessianStep: f64, sums: usize): void {
  const steps = f64x2.replace_lane(f64x2.splat(gradientStep), 1, hessianStep);
  const perSteps = f64x2.div(f64x2.splat(1), steps);
  const half = f64x2.splat(0.5);
  const one = f64x2.splat(1);
  for (let index = 0; index < count; index++) {
    const row = <usize>load<u32>(rows);
    const at = sums + (<usize>load<u16>(leafOf + (row << 1)) << 4);
    const value = f64x2.mul(v128.load64_lane(hessian + (row << 3), v128.load64_zero(gradient + (row << 3)), 1), perSteps);
    const below = f64x2.floor(value);
    const whole = f64x2.add(below, v128.and(one, f64x2.ge(f64x2.sub(value, below), half)));
    v128.store(at, f64x2.add(v128.load(at), f64x2.mul(whole, steps)));
    rows += 4;
  }
}

/** scores[row] += values[leaf of row]; scores are f64[table rows]. */
export function addLeafValues(rows: usize, count: i32, leafOf: usize, values: usize, scores: usize): void {
  for (let index = 0; index < count; index++) {
    const row = <usize>load<u32>(rows);
    const at = scores + (row << 3);
    store<f64>(at, load<f64>(at) + load<f64>(values + (<usize>load<u16>(leafOf + (row << 1)) << 3)));
    rows += 4;
  }
}

/**
 * Walks rows down a tree by their bins and adds their leaf's value to their score: for rows that it was not grown on.
 * @param nodes i32[nodes][4]: feature, left child, right child; a child below 0 is the leaf ~child
 * @param sides u8[nodes][256]: 1 for the bins that go left
 */
export function addTreeValues(rows: usize, count: i32, nodes: usize, sides: usize, columns: usize, rowCount: i32, values: usize, scores: usize): void {
  for (let index = 0; index < count; index++) {
    const row = <usize>load<u32>(rows);
    let node: i32 = 0;
    while (node >= 0) {
      const at = nodes + (<usize>node << 4);
      const bin = <usize>load<u8>(columns + <usize>load<u32>(at, 0) * <usize>rowCount + row);
      const isLeft = load<u8>(sides + (<usize>node << 8) + bin);
      node = isLeft ? load<i32>(at, 4) : load<i32>(at, 8);
    }
    const score = scores + (row << 3);
    store<f64>(score, load<f64>(score) + load<f64>(values + (<usize>(~node) << 3)));
    rows += 4;
  }
}
