/**
 * Honest evaluation: predictions for rows that the model did not see, by k folds, a hold-out, or the last rows in time.
 *
 * The plan says which rows are learned from and which are asked, round by round. Folds are stratified by class.
 */
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
  readonly scheme: Scheme;
  readonly splits: readonly Split[];
}

export interface PlanOptions {
  readonly folds?: number | undefined;
  readonly seed: number;
  /** [rows]; order of the rows in time, NaN is unknown and counts as earliest. */
  readonly time?: Float64Array | undefined;
}

const foldRowLimit = 50_000;
const holdoutShare = 0.2;

/** Five folds up to 50,000 rows, a fifth held out beyond; with a time column the last fifth in time. */
export function planEvaluation(target: Target, options: PlanOptions): EvaluationPlan {
  const rows = Int32Array.from(target.values.keys()).filter((row) => !Number.isNaN(target.values[row] as number));
  if (options.time !== undefined) return { scheme: "time", splits: [splitByTime(rows, options.time)] };
  const folds = options.folds ?? (rows.length <= foldRowLimit ? 5 : 1);
  if (folds <= 1) return { scheme: "holdout", splits: [assign(rows, target, Math.round(1 / holdoutShare), options.seed)[0] as Split] };
  return { scheme: "folds", splits: assign(rows, target, Math.min(folds, rows.length), options.seed) };
}

function splitByTime(rows: Int32Array, time: Float64Array): Split {
  const at = (row: number): number => (Number.isNaN(time[row] as number) ? Number.NEGATIVE_INFINITY : (time[row] as number));
  const order = rows.slice().sort((a, b) => at(a) - at(b) || a - b);
  let cut = Math.max(1, Math.floor(order.length * (1 - holdoutShare)));
  // Rows of one moment stay together, on the later side.
  while (cut > 1 && at(order[cut - 1] as number) === at(order[cut] as number)) cut--;
  return { learn: order.slice(0, cut).sort(), ask: order.slice(cut).sort() };
}

/** Shuffles within each class (within all rows for regression) and deals the rows to the folds in turn. */
function assign(rows: Int32Array, target: Target, folds: number, seed: number): Split[] {
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

const figures: Readonly<Record<ForestTask, Readonly<Record<string, Figure>>>> = {
  binary: { auc, ap: averagePrecision, logLoss, brier: meanSquaredError },
  multiclass: { logLoss: multiclassLogLoss, accuracy },
  regression: { rmse: rootMeanSquaredError, mae: meanAbsoluteError, r2: rSquared },
};

export interface Evaluation {
  readonly scheme: Scheme;
  readonly splits: number;
  /** Rows that the figures were measured on. */
  readonly rows: number;
  readonly metrics: Card["metrics"];
  readonly calibration: readonly CalibrationBin[];
}

/** Rows that were asked: their truth, their predictions and, where rows are weighted, what each counts. */
export interface Asked {
  readonly truth: Float64Array;
  readonly predicted: Float64Array;
  readonly weight?: Float64Array | undefined;
}

/** All figures of the task over the asked rows together; a row of weight 0 is as good as absent. */
export function measure(task: ForestTask, scheme: Scheme, splits: number, asked: Asked, seed: number): Evaluation {
  const { truth, predicted, weight } = withoutWeightless(asked);
  const entries = Object.entries(figures[task]).map(([name, figure]): [string, Metric] => [
    name,
    withInterval(figure, truth, predicted, seed, weight),
  ]);
  return {
    scheme,
    splits,
    rows: truth.length,
    metrics: Object.fromEntries(entries.filter(([, metric]) => !Number.isNaN(metric.value))),
    calibration: task === "binary" ? calibration(truth, predicted, weight) : [],
  };
}

function withoutWeightless(asked: Asked): Asked {
  const { truth, predicted, weight } = asked;
  if (weight === undefined || weight.every((own) => own > 0)) return asked;
  const width = predicted.length / truth.length;
  return {
    truth: truth.filter((_, row) => (weight[row] as number) > 0),
    predicted: predicted.filter((_, at) => (weight[Math.floor(at / width)] as number) > 0),
    weight: weight.filter((own) => own > 0),
  };
}
