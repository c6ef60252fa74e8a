/**
 * Rounds numbers to multiples of a power of two, so coarse that their sums are exact in f64.
 *
 * An exact sum has one value whatever the order, the split into threads or the subtraction from a parent's sum: the
 * values are integers times the step. The step is the least that keeps rows x largest within 2^52 steps, so a value
 * moves by at most rows x largest x 2^-52.
 */

/** 2^-1000: a smaller step would overflow its inverse. */
const leastStep = 9.332636185032189e-302;
const mostSteps = 4_503_599_627_370_496;

/** Rounds values[row] for the given rows in place; returns the step, a power of two. */
export function roundToGrid(values: Float64Array, rows: Int32Array): number {
  let largest = 0;
  for (const row of rows) largest = Math.max(largest, Math.abs(values[row] as number));
  const bound = largest * rows.length;
  let step = leastStep;
  while (step * mostSteps < bound) step *= 2;
  for (const row of rows) values[row] = Math.round((values[row] as number) / step) * step;
  return step;
}
