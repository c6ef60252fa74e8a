/**
 * Gauss-Legendre points on (0, 1): `points` of them integrate polynomials up to degree 2 points - 1 exactly.
 *
 * Newton's method on the Legendre recurrence, started from a cosine made of a Taylor series, so that the points have the
 * same bits in every JavaScript engine.
 */
export interface Quadrature {
  /** f64[points], descending */
  readonly at: Float64Array;
  /** f64[points], sum 1 */
  readonly weight: Float64Array;
}

export function gaussLegendre(points: number): Quadrature {
  const at = new Float64Array(points);
  const weight = new Float64Array(points);
  for (let index = 0; index < points; index++) {
    let x = cosine((Math.PI * (index + 0.75)) / (points + 0.5));
    let slope = 1;
    for (let step = 0; step < 12; step++) {
      let before = 1;
      let value = x;
      for (let degree = 2; degree <= points; degree++) {
        const next = ((2 * degree - 1) * x * value - (degree - 1) * before) / degree;
        before = value;
        value = next;
      }
      slope = (points * (x * value - before)) / (x * x - 1);
      x -= value / slope;
    }
    at[index] = (1 + x) / 2;
    weight[index] = 1 / ((1 - x * x) * slope * slope);
  }
  return { at, weight };
}

/** For 0 <= angle <= pi. */
function cosine(angle: number): number {
  const x = angle - Math.PI / 2;
  let term = x;
  let sum = x;
  for (let odd = 3; odd <= 25; odd += 2) {
    term *= (-x * x) / (odd * (odd - 1));
    sum += term;
  }
  return -sum;
}
