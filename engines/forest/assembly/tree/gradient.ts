/**
 * Gradients of log loss for two classes, two rows at a time; src/objective.ts holds the twin, which does the same sums.
 */

/** e^x for x <= 0, as exponential() of src/exponential.ts. */
@inline
function exponential(x: v128): v128 {
  const power = f64x2.floor(f64x2.add(f64x2.mul(x, f64x2.splat(1.4426950408889634)), f64x2.splat(0.5)));
  const r = f64x2.sub(f64x2.sub(x, f64x2.mul(power, f64x2.splat(0.6931471803691238))), f64x2.mul(power, f64x2.splat(1.9082149292705877e-10)));
  let sum = f64x2.splat(1 / 6227020800.0);
  sum = f64x2.add(f64x2.mul(sum, r), f64x2.splat(1 / 479001600.0));
  sum = f64x2.add(f64x2.mul(sum, r), f64x2.splat(1 / 39916800.0));
  sum = f64x2.add(f64x2.mul(sum, r), f64x2.splat(1 / 3628800.0));
  sum = f64x2.add(f64x2.mul(sum, r), f64x2.splat(1 / 362880.0));
  sum = f64x2.add(f64x2.mul(sum, r), f64x2.splat(1 / 40320.0));
  sum = f64x2.add(f64x2.mul(sum, r), f64x2.splat(1 / 5040.0));
  sum = f64x2.add(f64x2.mul(sum, r), f64x2.splat(1 / 720.0));
  sum = f64x2.add(f64x2.mul(sum, r), f64x2.splat(1 / 120.0));
  sum = f64x2.add(f64x2.mul(sum, r), f64x2.splat(1 / 24.0));
  sum = f64x2.add(f64x2.mul(sum, r), f64x2.splat(1 / 6.0));
  sum = f64x2.add(f64x2.mul(sum, r), f64x2.splat(0.5));
  sum = f64x2.add(f64x2.mul(sum, r), f64x2.splat(1));
  sum = f64x2.add(f64x2.mul(sum, r), f64x2.splat(1));
  const exponent = i64x2.shl(i64x2.add(i64x2.extend_low_i32x4_s(i32x4.trunc_sat_f64x2_s_zero(power)), i64x2.splat(1023)), 52);
  return v128.andnot(f64x2.mul(sum, exponent), f64x2.lt(x, f64x2.splat(-708)));
}

/**
 * Fills gradient and hessian of up to 1,024 rows. Writes to `sums` f64[2][2], by rows of even and of odd place: the product of
 * 1 + e^-|score|, whose logarithm is a sum of losses, and the sum of |score| where the score is on the wrong side.
 * @param labels u8[table rows], 0 or 1
 */
export function binaryGradients(rows: usize, count: i32, labels: usize, scores: usize, gradient: usize, hessian: usize, sums: usize): void {
  const one = f64x2.splat(1);
  const zero = f64x2.splat(0);
  let products = one;
  let against = zero;
  for (let index = 0; index < count; index += 2) {
    const isPair = index + 1 < count;
    const a = <usize>load<u32>(rows, 0);
    const b = isPair ? <usize>load<u32>(rows, 4) : a;
    const score = v128.load64_lane(scores + (b << 3), v128.load64_zero(scores + (a << 3)), 1);
    const truth = f64x2.replace_lane(f64x2.splat(<f64>load<u8>(labels + a)), 1, <f64>load<u8>(labels + b));
    const size = f64x2.abs(score);
    const isPositive = f64x2.ge(score, zero);
    const e = exponential(f64x2.neg(size));
    const whole = f64x2.add(one, e);
    const p = f64x2.div(v128.bitselect(one, e, isPositive), whole);
    const g = f64x2.sub(p, truth);
    const h = f64x2.mul(p, f64x2.sub(one, p));
    let miss = v128.and(size, v128.xor(isPositive, f64x2.eq(truth, one)));
    store<f64>(gradient + (a << 3), f64x2.extract_lane(g, 0));
    store<f64>(hessian + (a << 3), f64x2.extract_lane(h, 0));
    if (isPair) {
      store<f64>(gradient + (b << 3), f64x2.extract_lane(g, 1));
      store<f64>(hessian + (b << 3), f64x2.extract_lane(h, 1));
      products = f64x2.mul(products, whole);
    } else {
      products = f64x2.mul(products, f64x2.replace_lane(whole, 1, 1));
      miss = f64x2.replace_lane(miss, 1, 0);
    }
    against = f64x2.add(against, miss);
    rows += 8;
  }
  v128.store(sums, products, 0);
  v128.store(sums, against, 16);
}
