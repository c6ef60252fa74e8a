/**
 * What a training can be told, LightGBM's defaults, and better ones for small tables.
 */
import { type ForestTask, forestLimits } from "./forest.ts";

export interface TrainParameters {
  /** Boosting rounds; a multiclass round grows one tree per class. */
  readonly rounds: number;
  readonly leaves: number;
  /** Learning rate, in (0, 1]. */
  readonly rate: number;
  /** Least rows in a leaf. */
  readonly minRows: number;
  /** Most value bins per column, 2 to 255. */
  readonly bins: number;
  readonly seed: number;
  /** Added to the hessian of every leaf. */
  readonly l2: number;
  /** Least sum of hessians in a leaf. */
  readonly minHessian: number;
  /** Share of the columns that each tree may use. */
  readonly featureFraction: number;
  /** Share of the rows that a tree is grown on. */
  readonly baggingFraction: number;
  /** New sample of rows every so many rounds; 0 switches sampling off. */
  readonly baggingFreq: number;
  /** Stop after so many rounds without a better validation loss; 0 never stops. */
  readonly earlyStoppingRounds: number;
  /** 0: no limit but the engine's own. */
  readonly maxDepth: number;
  /** Least gain of a split. */
  readonly minGain: number;
  /** Smooths a category's gradient statistic; rarer categories than this do not join a subset. */
  readonly catSmooth: number;
  /** Added to l2 at subset splits. */
  readonly catL2: number;
  /** Most categories on the smaller side of a subset split. */
  readonly maxCatThreshold: number;
}

export const defaultTrainParameters: TrainParameters = {
  rounds: 100,
  leaves: 31,
  rate: 0.1,
  minRows: 20,
  bins: 255,
  seed: 1,
  l2: 0,
  minHessian: 1e-3,
  featureFraction: 1,
  baggingFraction: 1,
  baggingFreq: 0,
  earlyStoppingRounds: 0,
  maxDepth: 0,
  minGain: 0,
  catSmooth: 10,
  catL2: 10,
  maxCatThreshold: 32,
};

/** Parameters that suit the size of the table: the smaller it is, the slower and the more even the learning. */
export function suggestParameters(rowCount: number, featureCount: number, task: ForestTask): TrainParameters {
  const wide = featureCount >= 8;
  if (rowCount < 3_000) {
    return {
      ...defaultTrainParameters,
      rounds: task === "multiclass" ? 150 : 300,
      leaves: 8,
      rate: 0.03,
      minRows: Math.max(1, Math.min(10, Math.floor(rowCount / 20))),
      l2: 5,
      featureFraction: wide ? 0.4 : 0.8,
      baggingFraction: 0.7,
      baggingFreq: 1,
    };
  }
  if (rowCount < 20_000) {
    return {
      ...defaultTrainParameters,
      rounds: task === "multiclass" ? 150 : 300,
      rate: 0.06,
      minRows: 10,
      l2: 1,
      featureFraction: wide ? 0.6 : 1,
      baggingFraction: 0.8,
      baggingFreq: 1,
    };
  }
  return {
    ...defaultTrainParameters,
    rounds: 150,
    rate: 0.06,
    l2: 1,
    featureFraction: wide ? 0.7 : 1,
    baggingFraction: 0.8,
    baggingFreq: 1,
  };
}

interface Range {
  readonly least: number;
  readonly most: number;
  readonly whole: boolean;
  readonly open?: boolean;
}

const ranges: Record<keyof TrainParameters, Range> = {
  rounds: { least: 1, most: 100_000, whole: true },
  leaves: { least: 2, most: forestLimits.leavesPerTree, whole: true },
  rate: { least: 0, most: 1, whole: false, open: true },
  minRows: { least: 1, most: 1e9, whole: true },
  bins: { least: 2, most: 255, whole: true },
  seed: { least: 0, most: Number.MAX_SAFE_INTEGER, whole: true },
  l2: { least: 0, most: 1e12, whole: false },
  minHessian: { least: 0, most: 1e12, whole: false },
  featureFraction: { least: 0, most: 1, whole: false, open: true },
  baggingFraction: { least: 0, most: 1, whole: false, open: true },
  baggingFreq: { least: 0, most: 100_000, whole: true },
  earlyStoppingRounds: { least: 0, most: 100_000, whole: true },
  maxDepth: { least: 0, most: forestLimits.depth, whole: true },
  minGain: { least: 0, most: 1e300, whole: false },
  catSmooth: { least: 0, most: 1e9, whole: false },
  catL2: { least: 0, most: 1e12, whole: false },
  maxCatThreshold: { least: 1, most: 255, whole: true },
};

/** Every problem, in words; none means that the parameters can be trained with. */
export function validateParameters(parameters: TrainParameters): string[] {
  const problems: string[] = [];
  for (const name of Object.keys(ranges) as (keyof TrainParameters)[]) {
    const { least, most, whole, open } = ranges[name];
    const value: unknown = parameters[name];
    const inside = typeof value === "number" && value <= most && (open === true ? value > least : value >= least);
    if (!inside || (whole && !Number.isInteger(value))) {
      const kind = whole ? "a whole number" : "a number";
      problems.push(`${name} must be ${kind} ${open === true ? "above" : "from"} ${least} to ${most}`);
    }
  }
  for (const name of Object.keys(parameters)) if (!(name in ranges)) problems.push(`${name} is not a parameter`);
  return problems;
}
