/**
 * The best split of one numeric column, as src/split.ts finds it, to the bit; and the histogram of a sibling.
 *
 * Sums of gradients and hessians of both sides stand in one vector each, so that one division serves both.
 */

/** Takes `part` f64[count] from `whole`. */
export function subtract(whole: usize, part: usize, count: i32): void {
  let index: i32 = 0;
  for (; index + 2 <= count; index += 2) {
    v128.store(whole, f64x2.sub(v128.load(whole), v128.load(part)));
    whole += 16;
    part += 16;
  }
  if (index < count) store<f64>(whole, load<f64>(whole) - load<f64>(part));
}

/**
 * @param parent what the leaf gains unsplit, plus the least gain; a split has to gain more than `best` above it
 * @param found f64[5]: bin, 1 when missing goes left (0 right, -1 there is none), and of the left side gradient, hessian, rows
 * @returns the gain, or `best` when no split gains more.
 */
export function findNumeric(histogram: usize, valueBins: i32, gradient: f64, hessian: f64, count: f64, minRows: f64, minHessian: f64, l2: f64, parent: f64, best: f64, found: usize): f64 {
  const missing = histogram + <usize>valueBins * 24;
  const missingCount = load<f64>(missing, 16);
  const l2s = f64x2.splat(l2);
  const zero = f64x2.splat(0);
  const sides = missingCount > 0 ? 2 : 1;
  for (let side = 0; side < sides; side++) {
    const missingLeft = side == 1;
    const startGradient = missingLeft ? load<f64>(missing, 0) : 0;
    const startHessian = missingLeft ? load<f64>(missing, 8) : 0;
    let gradients = f64x2.replace_lane(f64x2.splat(startGradient), 1, gradient - startGradient);
    let hessians = f64x2.replace_lane(f64x2.splat(startHessian), 1, hessian - startHessian);
    let lefts = missingLeft ? missingCount : 0;
    const last = missingCount > 0 && !missingLeft ? valueBins : valueBins - 1;
    let at = histogram;
    for (let bin = 0; bin < last; bin++, at += 24) {
      const here = load<f64>(at, 16);
      if (here == 0) continue;
      const both = v128.load(at);
      gradients = f64x2.add(gradients, v128.xor(v128.shuffle<u64>(both, both, 0, 0), i64x2(0, i64.MIN_VALUE)));
      hessians = f64x2.add(hessians, v128.xor(v128.shuffle<u64>(both, both, 1, 1), i64x2(0, i64.MIN_VALUE)));
      lefts += here;
      if (lefts < minRows || f64x2.extract_lane(hessians, 0) < minHessian) continue;
      if (count - lefts < minRows || f64x2.extract_lane(hessians, 1) < minHessian) break;
      const denominators = f64x2.add(hessians, l2s);
      const scores = v128.and(f64x2.div(f64x2.mul(gradients, gradients), denominators), f64x2.gt(denominators, zero));
      const gain = f64x2.extract_lane(scores, 0) + f64x2.extract_lane(scores, 1) - parent;
      if (gain > best) {
        best = gain;
        store<f64>(found, <f64>bin, 0);
        store<f64>(found, missingCount > 0 ? <f64>side : -1, 8);
        store<f64>(found, f64x2.extract_lane(gradients, 0), 16);
        store<f64>(found, f64x2.extract_lane(hessians, 0), 24);
        store<f64>(found, lefts, 32);
      }
    }
  }
  return best;
}
