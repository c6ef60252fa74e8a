/**
 * Honest evaluation: predictions for rows that the model did not see, by k folds, a hold-out, or the last rows in time.
 *
 * The plan says which rows are learned from and which are asked, round by round. Folds are stratified by class.
 */
import { type Problem, problem } from "@megalith/contract";
import { createScorer, type Forest, type ForestTask } from "@megalith/forest";
import type { Card, Metric } from "../registry/index.ts";
import type { TableColumn } from "../tables/index.ts";
import {
  accuracy,
  auc,
  averagePrecision,
  type CalibrationBin,
  calibration,
  type Figure,
  logLoss,
  meanAbsoluteError,
  meanSquaredError,
  multiclassLogLoss,
  rootMeanSquaredError,
  rSquared,
  smallRandom,
  withInterval,
} from "./metrics.ts";
import type { Target } from "./task.ts";

export type Scheme = "folds" | "holdout" | "time" | "validation";

export interface Split {
  readonly learn: Int32Array;
  readonly ask: Int32Array;
}

export interface EvaluationPlan {
  readonly scheme: Exclude<Scheme, "validation">;
  readonly splits: readonly Split[];
}

export interface PlanOptions {
  readonly folds?: number | undefined;
  readonly seed: number;
  /** [rows]; order of the rows in time, NaN is unknown and counts as earliest. */
  readonly time?: Float64Array | undefined;
}

const foldRowLimit = 50_000;
/** Rows × outputs: the folds are grown side by side, and each holds gradients and scores of its own. */
const foldCellLimit = 1_000_000;
const holdoutShare = 0.2;

/** Five folds up to 50,000 rows (a million rows × classes), a fifth held out beyond; with a time column the last fifth in time. */
export function planEvaluation(target: Target, options: PlanOptions): EvaluationPlan {
  const rows = Int32Array.from(target.values.keys()).filter((row) => !Number.isNaN(target.values[row] as number));
  if (options.time !== undefined) return { scheme: "time", splits: [splitByTime(rows, options.time)] };
  const outputs = target.task === "multiclass" ? target.classes.length : 1;
  const isSmall = rows.length <= foldRowLimit && rows.length * outputs <= foldCellLimit;
  const folds = options.folds ?? (isSmall ? 5 : 1);
  if (folds <= 1) return { scheme: "holdout", splits: [deal(rows, target, Math.round(1 / holdoutShare), options.seed)[0] as Split] };
  return { scheme: "folds", splits: deal(rows, target, Math.min(folds, rows.length), options.seed) };
}

/** The last fifth of the rows in time is asked. */
export function splitByTime(rows: Int32Array, time: Float64Array): Split {
  const at = (row: number): number => (Number.isNaN(time[row] as number) ? Number.NEGATIVE_INFINITY : (time[row] as number));
  const order = rows.slice().sort((a, b) => at(a) - at(b) || a - b);
  let cut = Math.max(1, Math.floor(order.length * (1 - holdoutShare)));
  // Rows of one moment stay together, on the later side.
  while (cut > 1 && at(order[cut - 1] as number) === at(order[cut] as number)) cut--;
  return { learn: order.slice(0, cut).sort(), ask: order.slice(cut).sort() };
}

/** Shuffles within each class (within all rows for regression) and deals the rows to the folds in turn. */
export function deal(rows: Int32Array, target: Target, folds: number, seed: number): Split[] {
  const random = smallRandom(seed);
  const groups = new Map<number, number[]>();
  for (const row of rows) {
    const group = target.task === "regression" ? 0 : (target.values[row] as number);
    const members = groups.get(group) ?? [];
    if (members.length === 0) groups.set(group, members);
    members.push(row);
  }
  const foldOf = new Map<number, number>();
  let next = 0;
  for (const [, members] of [...groups].sort(([a], [b]) => a - b)) {
    for (let last = members.length - 1; last > 0; last--) {
      const other = Math.floor(random() * (last + 1));
      [members[last], members[other]] = [members[other] as number, members[last] as number];
    }
    for (const row of members) foldOf.set(row, next++ % folds);
  }
  return Array.from({ length: folds }, (_, fold) => ({
    learn: rows.filter((row) => foldOf.get(row) !== fold),
    ask: rows.filter((row) => foldOf.get(row) === fold),
  })).filter((split) => split.ask.length > 0 && split.learn.length > 0);
}

/** Probabilities (multiclass: per class) or values of the asked rows: f64[rows][width]. */
export function predictRows(forest: Forest, columns: readonly TableColumn[], rows: Int32Array): Float64Array {
  const scorer = createScorer(forest);
  const row = new Float64Array(columns.length);
  const raw = new Float64Array(forest.outputs);
  const out = new Float64Array(forest.outputs);
  const predicted = new Float64Array(rows.length * forest.outputs);
  rows.forEach((at, index) => {
    for (let column = 0; column < columns.length; column++) row[column] = columns[column]?.values[at] as number;
    scorer.rawScore(row, raw);
    scorer.probability(raw, out);
    predicted.set(out, index * forest.outputs);
  });
  return predicted;
}

/** What the forest would answer to every row had it no tree: the mean, or the shares of the classes, that it learned from. f64[rows][width]. */
export function constantOf(forest: Forest, rowCount: number): Float64Array {
  const answer = new Float64Array(forest.outputs);
  createScorer(forest).probability(forest.base, answer);
  const repeated = new Float64Array(rowCount * forest.outputs);
  for (let row = 0; row < rowCount; row++) repeated.set(answer, row * forest.outputs);
  return repeated;
}

const figures: Readonly<Record<ForestTask, Readonly<Record<string, Figure>>>> = {
  binary: { auc, ap: averagePrecision, logLoss, brier: meanSquaredError },
  multiclass: { logLoss: multiclassLogLoss, accuracy },
  regression: { rmse: rootMeanSquaredError, mae: meanAbsoluteError, r2: rSquared },
};

/** What a model must do better than a constant, and the figures that a constant has too: it ranks nothing and explains nothing. */
const losses = { binary: "logLoss", multiclass: "logLoss", regression: "rmse" } as const;
const figuresOfConstant = new Set(["logLoss", "brier", "accuracy", "rmse", "mae"]);

export interface Evaluation {
  readonly scheme: Scheme;
  readonly splits: number;
  /** Rows that the figures were measured on. */
  readonly rows: number;
  readonly metrics: Card["metrics"];
  readonly calibration: readonly CalibrationBin[];
  /** What a person should know before this model is used. */
  readonly warnings: readonly Problem[];
}

/** Rows that were asked: their truth, their predictions and, where rows are weighted, what each counts. */
export interface Asked {
  readonly truth: Float64Array;
  readonly predicted: Float64Array;
  /** What a constant answers, in the shape of `predicted`. */
  readonly constant: Float64Array;
  readonly weight?: Float64Array | undefined;
}

/** All figures of the task over the asked rows together; a row of weight 0 is as good as absent. */
export function measure(task: ForestTask, scheme: Scheme, splits: number, asked: Asked, seed: number): Evaluation {
  const counted = withoutWeightless(asked);
  const { truth, predicted, constant, weight } = counted;
  const entries = Object.entries(figures[task]).map(([name, figure]): [string, Metric] => [
    name,
    {
      ...withInterval(figure, truth, predicted, seed, weight),
      ...(figuresOfConstant.has(name) ? { constant: figure(truth, constant, weight) } : {}),
    },
  ]);
  const metrics = Object.fromEntries(entries.filter(([, metric]) => !Number.isNaN(metric.value)));
  return {
    scheme,
    splits,
    rows: truth.length,
    metrics,
    calibration: task === "binary" ? calibration(truth, predicted, weight) : [],
    warnings: isBetterThanConstant(task, counted, seed) ? [] : notBetter(task, metrics),
  };
}

/** True when the lower loss is more than chance: the 95% interval of the gain, the same rows drawn for both, lies above 0. */
function isBetterThanConstant(task: ForestTask, { truth, predicted, constant, weight }: Asked, seed: number): boolean {
  const loss = figures[task][losses[task]] as Figure;
  const width = predicted.length / truth.length;
  const both = new Float64Array(2 * predicted.length);
  for (let row = 0; row < truth.length; row++) {
    both.set(predicted.subarray(row * width, (row + 1) * width), 2 * row * width);
    both.set(constant.subarray(row * width, (row + 1) * width), (2 * row + 1) * width);
  }
  const side = (drawn: Float64Array, which: number): Float64Array => drawn.filter((_, at) => Math.floor(at / width) % 2 === which);
  const gain: Figure = (own, drawn, counts) => loss(own, side(drawn, 1), counts) - loss(own, side(drawn, 0), counts);
  const { low } = withInterval(gain, truth, both, seed, weight);
  return low !== undefined && low > 0;
}

function notBetter(task: ForestTask, metrics: Card["metrics"]): Problem[] {
  const { value, constant } = metrics[losses[task]] ?? {};
  if (value === undefined || constant === undefined) return [];
  const told = { value: Number(value.toPrecision(4)), constant: Number(constant.toPrecision(4)) };
  return [problem("", "not_better", task === "regression" ? "trainNotBetterMean" : "trainNotBetter", told)];
}

function withoutWeightless(asked: Asked): Asked {
  const { truth, predicted, constant, weight } = asked;
  if (weight === undefined || weight.every((own) => own > 0)) return asked;
  const width = predicted.length / truth.length;
  const counts = (_: number, at: number): boolean => (weight[Math.floor(at / width)] as number) > 0;
  return {
    truth: truth.filter((_, row) => (weight[row] as number) > 0),
    predicted: predicted.filter(counts),
    constant: constant.filter(counts),
    weight: weight.filter((own) => own > 0),
  };
}
