/**
 * The best split of one numeric column, as src/split.ts finds it, to the bit; and the histogram of a sibling.
 *
 * A side's sums of gradients and hessians stand in one vector. Most candidates are passed over by products alone: one whose
 * GL²·HR + GR²·HL is below (best + parent)·HL·HR by more than rounding errors gains less than the best, without a division.
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
  const total = f64x2.replace_lane(f64x2.splat(gradient), 1, hessian);
  const l2s = f64x2.splat(l2);
  const mostLefts = count - minRows;
  let bound = boundOf(best + parent);
  for (let side = 0, sides = missingCount > 0 ? 2 : 1; side < sides; side++) {
    const missingLeft = side == 1;
    let left = missingLeft ? v128.load(missing) : f64x2.splat(0);
    let lefts = missingLeft ? missingCount : 0;
    const end = histogram + <usize>(missingCount > 0 && !missingLeft ? valueBins : valueBins - 1) * 24;
    for (let at = histogram; at < end; at += 24) {
      left = f64x2.add(left, v128.load(at));
      lefts += load<f64>(at, 16);
      if (lefts < minRows || f64x2.extract_lane(left, 1) < minHessian) continue;
      const right = f64x2.sub(total, left);
      if (lefts > mostLefts || f64x2.extract_lane(right, 1) < minHessian) break;
      const gradients = v128.shuffle<u64>(left, right, 0, 2);
      const denominators = f64x2.add(v128.shuffle<u64>(left, right, 1, 3), l2s);
      const squares = f64x2.mul(gradients, gradients);
      const crossed = v128.shuffle<u64>(denominators, denominators, 1, 0);
      const products = f64x2.mul(squares, crossed);
      const whole = f64x2.extract_lane(denominators, 0) * f64x2.extract_lane(crossed, 0);
      if (f64x2.extract_lane(products, 0) + f64x2.extract_lane(products, 1) < bound * whole) continue;
      const scores = v128.and(f64x2.div(squares, denominators), f64x2.gt(denominators, f64x2.splat(0)));
      const gain = f64x2.extract_lane(scores, 0) + f64x2.extract_lane(scores, 1) - parent;
      if (gain > best) {
        best = gain;
        bound = boundOf(best + parent);
        store<f64>(found, <f64>((at - histogram) / 24), 0);
        store<f64>(found, missingCount > 0 ? <f64>side : -1, 8);
        v128.store(found, left, 16);
        store<f64>(found, lefts, 32);
      }
    }
  }
  return best;
}

/** Below it a sum of products is surely too small; where numbers are so small that they lose digits nothing is. */
@inline
function boundOf(whole: f64): f64 {
  return whole > 1e-200 ? whole * (1 - 1e-12) : 0;
}
