/**
 * exp and log from additions, multiplications and divisions only.
 *
 * Math.exp and Math.log may differ in the last bit between JavaScript engines; a model must not. Relative error is
 * below 1e-15. Range reduction to |r| <= ln 2 / 2, then the Taylor series; log by 2 atanh((m - 1) / (m + 1)).
 */
const ln2High = 0.6931471803691238;
const ln2Low = 1.9082149292705877e-10;
const inverseLn2 = Math.LOG2E;
const smallestPower = -1022;

const powersOfTwo = buildPowersOfTwo();

function buildPowersOfTwo(): Float64Array {
  const powers = new Float64Array(1023 - smallestPower + 1);
  let up = 1;
  for (let power = 0; power <= 1023; power++) {
    powers[power - smallestPower] = up;
    up *= 2;
  }
  let down = 1;
  for (let power = 0; power >= smallestPower; power--) {
    powers[power - smallestPower] = down;
    down /= 2;
  }
  return powers;
}

export function exponential(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x > 709.78) return Number.POSITIVE_INFINITY;
  if (x < -708) return 0;
  const power = Math.floor(x * inverseLn2 + 0.5);
  const r = x - power * ln2High - power * ln2Low;
  let sum = 1 / 6227020800;
  sum = sum * r + 1 / 479001600;
  sum = sum * r + 1 / 39916800;
  sum = sum * r + 1 / 3628800;
  sum = sum * r + 1 / 362880;
  sum = sum * r + 1 / 40320;
  sum = sum * r + 1 / 5040;
  sum = sum * r + 1 / 720;
  sum = sum * r + 1 / 120;
  sum = sum * r + 1 / 24;
  sum = sum * r + 1 / 6;
  sum = sum * r + 0.5;
  sum = sum * r + 1;
  sum = sum * r + 1;
  if (power === 1024) return sum * (powersOfTwo[1023 - smallestPower] as number) * 2;
  return sum * (powersOfTwo[power - smallestPower] as number);
}

const bytes = new DataView(new ArrayBuffer(8));

export function logarithm(x: number): number {
  if (!(x > 0)) return x === 0 ? Number.NEGATIVE_INFINITY : Number.NaN;
  if (x === Number.POSITIVE_INFINITY) return x;
  let extra = 0;
  let value = x;
  if (x < 2.2250738585072014e-308) {
    value = x * 18014398509481984;
    extra = -54;
  }
  bytes.setFloat64(0, value);
  const high = bytes.getUint32(0);
  let power = (high >>> 20) - 1023 + extra;
  bytes.setUint32(0, (high & 0xfffff) | 0x3ff00000);
  let mantissa = bytes.getFloat64(0);
  if (mantissa > Math.SQRT2) {
    mantissa /= 2;
    power += 1;
  }
  const s = (mantissa - 1) / (mantissa + 1);
  const square = s * s;
  let sum = 1 / 23;
  for (let odd = 21; odd >= 3; odd -= 2) sum = sum * square + 1 / odd;
  return power * ln2High + (power * ln2Low + 2 * (s + s * square * sum));
}

/** 1 / (1 + e^-x), without overflow. */
export function logistic(x: number): number {
  if (x >= 0) return 1 / (1 + exponential(-x));
  const e = exponential(x);
  return e / (1 + e);
}
