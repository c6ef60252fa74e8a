/**
 * Losses: where the score starts, and gradient, hessian and mean loss at the scores.
 *
 * Shapes: scores, gradient and hessian f64[outputs][table rows]; only the given rows are read and written.
 * Losses are means by weight: log loss in nats, or squared error.
 * Source: Friedman 2001; softmax hessian factor K / (K - 1) as in Ke et al. 2017.
 */
import { exponential, logarithm } from "./exponential.ts";
import type { ForestTask } from "./forest.ts";

/** A prior of 0 would start a score at minus infinity. */
const smallestPrior = 1e-15;

export interface Objective {
  start(rows: Int32Array): Float64Array;
  /** Returns the mean loss; fills gradient and hessian unless they are left out. */
  evaluate(rows: Int32Array, scores: Float64Array, gradient?: Float64Array, hessian?: Float64Array): number;
}

export function createObjective(task: ForestTask, outputs: number, target: Float64Array, weight: Float64Array | undefined): Objective {
  const weightOf = (row: number): number => (weight === undefined ? 1 : (weight[row] as number));
  if (task === "regression") return squaredError(target, weightOf);
  if (task === "multiclass") return softmaxLogLoss(outputs, target, weightOf);
  return weight === undefined ? { ...binaryLogLoss(target, weightOf), evaluate: evenLogLoss(target) } : binaryLogLoss(target, weightOf);
}

type WeightOf = (row: number) => number;

function weightedMean(rows: Int32Array, weightOf: WeightOf, measure: (row: number) => number): number {
  let sum = 0;
  let weights = 0;
  for (const row of rows) {
    sum += weightOf(row) * measure(row);
    weights += weightOf(row);
  }
  return sum / weights;
}

function squaredError(target: Float64Array, weightOf: WeightOf): Objective {
  return {
    start: (rows) => Float64Array.of(weightedMean(rows, weightOf, (row) => target[row] as number)),
    evaluate(rows, scores, gradient, hessian) {
      let loss = 0;
      let weights = 0;
      for (const row of rows) {
        const w = weightOf(row);
        const difference = (scores[row] as number) - (target[row] as number);
        loss += w * difference * difference;
        weights += w;
        if (gradient !== undefined) gradient[row] = w * difference;
        if (hessian !== undefined) hessian[row] = w;
      }
      return loss / weights;
    },
  };
}

function binaryLogLoss(target: Float64Array, weightOf: WeightOf): Objective {
  return {
    start(rows) {
      const mean = weightedMean(rows, weightOf, (row) => target[row] as number);
      const prior = Math.min(1 - smallestPrior, Math.max(smallestPrior, mean));
      return Float64Array.of(logarithm(prior / (1 - prior)));
    },
    evaluate(rows, scores, gradient, hessian) {
      let loss = 0;
      let weights = 0;
      for (const row of rows) {
        const w = weightOf(row);
        const s = scores[row] as number;
        const isOne = target[row] === 1;
        const e = exponential(s >= 0 ? -s : s);
        const p = s >= 0 ? 1 / (1 + e) : e / (1 + e);
        const against = s >= 0 === isOne ? 0 : s >= 0 ? s : -s;
        loss += w * (logarithm(1 + e) + against);
        weights += w;
        if (gradient !== undefined) gradient[row] = w * (isOne ? p - 1 : p);
        if (hessian !== undefined) hessian[row] = w * p * (1 - p);
      }
      return loss / weights;
    },
  };
}

/** Rows whose losses share one logarithm: a product of 512 factors of at most 2 does not overflow. */
export const lossBlockRows = 1_024;

/**
 * Writes a block's sums f64[2][2], by rows of even and of odd place: the product of 1 + e^-|score|, and the sum of |score| where
 * it is on the wrong side.
 */
export type SumBlock = (block: number, sums: Float64Array) => void;

/** The mean log loss of rows that weigh the same, block by block: the order of its sums is that of the rows. */
export function sumBlocks(rowCount: number, sumBlock: SumBlock): number {
  const sums = new Float64Array(4);
  let loss = 0;
  for (let block = 0; block * lossBlockRows < rowCount; block++) {
    sumBlock(block, sums);
    const [even = 0, odd = 0, evenMisses = 0, oddMisses = 0] = sums;
    loss += logarithm(even) + logarithm(odd) + (evenMisses + oddMisses);
  }
  return loss / rowCount;
}

/** The twin of assembly/tree/gradient.ts. */
function evenLogLoss(target: Float64Array): Objective["evaluate"] {
  return (rows, scores, gradient, hessian) =>
    sumBlocks(rows.length, (block, sums) => {
      sums.set([1, 1, 0, 0]);
      for (let index = block * lossBlockRows; index < Math.min(rows.length, (block + 1) * lossBlockRows); index++) {
        const row = rows[index] as number;
        const s = scores[row] as number;
        const isOne = target[row] === 1;
        const e = exponential(s >= 0 ? -s : s);
        const p = s >= 0 ? 1 / (1 + e) : e / (1 + e);
        const parity = index & 1;
        sums[parity] = (sums[parity] as number) * (1 + e);
        if (s >= 0 !== isOne) sums[2 + parity] = (sums[2 + parity] as number) + Math.abs(s);
        if (gradient !== undefined) gradient[row] = isOne ? p - 1 : p;
        if (hessian !== undefined) hessian[row] = p * (1 - p);
      }
    });
}

function softmaxLogLoss(outputs: number, target: Float64Array, weightOf: WeightOf): Objective {
  const factor = outputs / (outputs - 1);
  const exponentials = new Float64Array(outputs);
  return {
    start: (rows) =>
      Float64Array.from({ length: outputs }, (_, output) =>
        logarithm(
          Math.max(
            smallestPrior,
            weightedMean(rows, weightOf, (row) => (target[row] === output ? 1 : 0)),
          ),
        ),
      ),
    evaluate(rows, scores, gradient, hessian) {
      const tableRows = scores.length / outputs;
      let loss = 0;
      let weights = 0;
      for (const row of rows) {
        const w = weightOf(row);
        const truth = target[row] as number;
        let most = Number.NEGATIVE_INFINITY;
        for (let output = 0; output < outputs; output++) most = Math.max(most, scores[output * tableRows + row] as number);
        let sum = 0;
        for (let output = 0; output < outputs; output++) {
          const e = exponential((scores[output * tableRows + row] as number) - most);
          exponentials[output] = e;
          sum += e;
        }
        loss += w * (logarithm(sum) + most - (scores[truth * tableRows + row] as number));
        weights += w;
        if (gradient === undefined || hessian === undefined) continue;
        for (let output = 0; output < outputs; output++) {
          const p = (exponentials[output] as number) / sum;
          gradient[output * tableRows + row] = w * (output === truth ? p - 1 : p);
          hessian[output * tableRows + row] = w * factor * p * (1 - p);
        }
      }
      return loss / weights;
    },
  };
}
