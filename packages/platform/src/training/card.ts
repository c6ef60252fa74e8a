/** What a version was made of and how good it is; the card holds no row of the table, and no person. */
import type { Forest, TrainParameters } from "@megalith/forest";
import { type Card, importancesOf } from "../registry/index.ts";
import type { TableColumn } from "../tables/index.ts";
import type { TrainingChoice } from "./choice.ts";
import type { Evaluation, EvaluationPlan } from "./evaluation.ts";
import type { Shape } from "./fitting.ts";
import type { Leak } from "./leak-guard.ts";
import type { Tried } from "./measurement.ts";
import type { Target } from "./task.ts";

/** How many rounds the forest on all rows has, and why. */
export interface RoundsChoice {
  readonly rounds: number;
  /** What chose: held-out rows by this scheme, or nobody, because the rounds were given. */
  readonly by: "given" | EvaluationPlan["scheme"];
  readonly most: number;
  /** Rounds without a lower held-out loss that end a training; 0 where all are grown. */
  readonly patience: number;
  /** By number of leaves: the best rounds, and the mean held-out loss there. */
  readonly tried: readonly Tried[];
  /** What each part of the measured rows was answered with, chosen by the other parts. */
  readonly answeredWith: readonly Shape[];
}

interface CardParts {
  readonly target: Target;
  readonly choice: TrainingChoice;
  readonly parameters: TrainParameters;
  readonly rounds: RoundsChoice;
  readonly leaks: readonly Leak[];
  readonly evaluation: Evaluation;
  readonly columns: readonly TableColumn[];
  readonly rows: number;
}

/** The card of a forest: its figures, and what it was made of. */
export function cardOf(forest: Forest, parts: CardParts): Card {
  const { target, choice, evaluation, columns } = parts;
  return {
    task: target.task,
    metrics: evaluation.metrics,
    target: choice.target,
    positive: target.positive,
    classes: target.classes,
    rows: parts.rows,
    rowsWithoutTarget: target.missing,
    evaluation: { scheme: evaluation.scheme, splits: evaluation.splits, rows: evaluation.rows, calibration: evaluation.calibration },
    columns: columns.map(({ name, kind, values }) => ({ name, kind, missing: missingIn(values) })),
    warnings: evaluation.warnings,
    leaks: parts.leaks,
    importances: importancesOf(forest),
    parameters: { ...parts.parameters },
    rounds: parts.rounds,
    seed: parts.parameters.seed,
    trees: forest.trees.nodeOffset.length - 1,
    leaves: forest.trees.leafValue.length,
    example: Object.fromEntries(columns.map((column) => [column.name, typicalOf(column)])),
  };
}

/** Rows of the table without a value. */
function missingIn(values: Float64Array): number {
  let count = 0;
  for (const value of values) if (Number.isNaN(value)) count++;
  return count;
}

/** A typical value, not anybody's row: the median, or the most frequent category. */
function typicalOf(column: TableColumn): string | number | boolean | null {
  const present = column.values.filter((value) => !Number.isNaN(value)).sort();
  const median = present[present.length >> 1];
  if (median === undefined) return null;
  if (column.kind === "numeric") return median;
  if (column.kind === "date") return new Date(median).toISOString().slice(0, 10);
  const counts = new Map<number, number>();
  for (const value of present) counts.set(value, (counts.get(value) ?? 0) + 1);
  const [most] = [...counts].sort(([a, first], [b, second]) => second - first || a - b)[0] as [number, number];
  return column.kind === "boolean" ? most === 1 : (column.categories?.[most] ?? null);
}
