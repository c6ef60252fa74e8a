/**
 * Rounds numbers to multiples of a power of two, so coarse that their sums are exact in f64.
 *
 * An exact sum has one value whatever the order, the split into threads or the subtraction from a parent's sum: the
 * values are integers times the step. The fine grid's step is the least that keeps rows x largest within 2^52 steps, so a
 * value moves by at most rows x largest x 2^-52.
 *
 * The coarse grid has 11 bits a value, which is what a kernel can add fastest. There a value goes up or down by chance, so
 * that its mean stays: rounding to nearest would lose every row whose gradient is below half a step. Chance depends on the
 * seed, the tree and the row's place among the training rows alone.
 * Source: Shi et al. 2022 (quantised gradients, stochastic rounding).
 */

/** 2^-1000: a smaller step would overflow its inverse. */
const leastStep = 9.332636185032189e-302;
const mostSteps = 4_503_599_627_370_496;
/** Of a gradient, up or down, and of a hessian. */
const mostGradientSteps = 1_023;
const mostHessianSteps = 2_047;

/** The least power of two that `most` times reaches `bound`. */
function stepFor(bound: number, most: number): number {
  let step = leastStep;
  while (step * most < bound) step *= 2;
  return step;
}

export function fineStep(largest: number, rowCount: number): number {
  return stepFor(largest * rowCount, mostSteps);
}

export function roundTo(value: number, step: number): number {
  return Math.round(value / step) * step;
}

export function largestOf(values: Float64Array, rows: Int32Array): number {
  let largest = 0;
  for (const row of rows) largest = Math.max(largest, Math.abs(values[row] as number));
  return largest;
}

/** Rounds values[row] for the given rows in place; returns the step, a power of two. */
export function roundToGrid(values: Float64Array, rows: Int32Array): number {
  const step = fineStep(largestOf(values, rows), rows.length);
  for (const row of rows) values[row] = roundTo(values[row] as number, step);
  return step;
}

export interface CoarseSteps {
  readonly gradient: number;
  readonly hessian: number;
}

export function coarseSteps(largestGradient: number, largestHessian: number): CoarseSteps {
  return { gradient: stepFor(largestGradient, mostGradientSteps), hessian: stepFor(largestHessian, mostHessianSteps) };
}

/** Sums over the rows of a tree, of whole steps. */
export interface CoarseSums {
  gradients: number;
  hessians: number;
  gradientSquares: number;
  gradientSizes: number;
}

/**
 * Whether chance stays small beside what it rounds: at most a hundredth of the gradients' own variance, with half a step or
 * more in the mean, so that no few rows make up all of it; and hessians of two steps. A target with a heavy tail, or weights
 * far apart, may fail; such a tree takes the fine grid.
 */
export function isCoarseEnough(rowCount: number, { gradientSquares, gradientSizes, hessians }: CoarseSums): boolean {
  return gradientSquares >= 25 * rowCount && gradientSizes >= rowCount / 2 && hessians >= 2 * rowCount;
}

/** What chance a row of a tree has is drawn with. */
export function treeKey(seed: number, tree: number): number {
  return chanceOf(tree, chanceOf(Math.floor(seed / 4_294_967_296), chanceOf(seed >>> 0, 0x2545f491)));
}

/** 32 even bits for a place. */
export function chanceOf(place: number, key: number): number {
  let mixed = Math.imul(place, 0x9e3779b1) ^ key;
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x85ebca77);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae3d);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** floor(value / step + u): how many steps. The twin of assembly/tree/rows.ts. */
export function coarseGradient(gradient: number, step: number, chance: number): number {
  return Math.floor(gradient / step + (chance >>> 16) / 65_536);
}

export function coarseHessian(hessian: number, step: number, chance: number): number {
  return Math.floor(hessian / step + (chance & 0xffff) / 65_536);
}
