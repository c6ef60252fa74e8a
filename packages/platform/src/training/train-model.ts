/**
 * From a table's columns to a model: leaks left out, rounds chosen, honest figures, then one forest on all rows, with its card.
 *
 * The artifact holds no time, path, host or person: the same table, choices and seed give the same bytes.
 */
import { MegalithError, type Problem, problem } from "@megalith/contract";
import { encodeForest, type Forest, type StartThread, suggestParameters, type TrainParameters, validateParameters } from "@megalith/forest";
import type { Card } from "../registry/index.ts";
import type { TableColumn, TableContent } from "../tables/index.ts";
import { cardOf, type RoundsChoice } from "./card.ts";
import { checkColumns, refuseUnknown, type TrainingChoice } from "./choice.ts";
import { constantOf, type Evaluation, measure, planEvaluation, predictRows } from "./evaluation.ts";
import { breathe, type Fitting, fit } from "./fitting.ts";
import { findLeaks, type Leak } from "./leak-guard.ts";
import { chooseAndMeasure, stagesOf } from "./measurement.ts";
import { fewerLeavesOf, roundsRuleOf } from "./rounds.ts";
import { startSecondThread } from "./second-thread.ts";
import { readTarget, readTruth, type Target } from "./task.ts";
import { createTracker, type TrainingProgress } from "./tracker.ts";

export interface TrainedModel {
  readonly forest: Forest;
  readonly artifact: Uint8Array;
  readonly card: Card;
  readonly leaks: readonly Leak[];
  readonly evaluation: Evaluation;
  readonly rounds: RoundsChoice;
  readonly seconds: { readonly bin: number; readonly train: number };
  /** Threads that took part: two on large tables, where they are asked for. */
  readonly threads: number;
}

export interface TrainingOptions {
  /** A table of its own to measure on, instead of folds; columns by name. */
  readonly validation?: TableContent | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: TrainingProgress) => void) | undefined;
  /** Monotonic milliseconds. */
  readonly elapsedMs?: () => number;
  /** With 2 a second thread takes part in training on large tables; the model's bytes are the same. One when absent. */
  readonly threads?: number;
}

/** @throws MegalithError "training.…" naming every wrong column or parameter; the signal's reason when cancelled. */
export async function trainModel(table: TableContent, choice: TrainingChoice, options: TrainingOptions = {}): Promise<TrainedModel> {
  checkColumns(table.columns, choice);
  const elapsedMs = options.elapsedMs ?? (() => performance.now());
  const seed = choice.seed ?? 1;
  const target = readTarget(find(table, choice.target) as TableColumn, choice);
  const time = choice.time === undefined ? undefined : find(table, choice.time)?.values;
  const weight = choice.weight === undefined ? undefined : readWeight(find(table, choice.weight) as TableColumn);
  options.onProgress?.({ phase: "leaks", done: 0, total: 1 });
  await breathe(options.signal);
  const { columns, leaks } = usableColumns(table, choice, target);
  const rows = Int32Array.from(target.values.keys()).filter((row) => !Number.isNaN(target.values[row] as number));
  const suggested = suggestParameters(rows.length, columns.length, target.task);
  const rule = roundsRuleOf(choice.parameters, suggested, rows.length);
  const parameters = parametersOf(suggested, choice, { rounds: rule.most, earlyStoppingRounds: rule.patience, seed });
  let threads = 1;
  const startThread: StartThread = (work) => {
    threads = 2;
    startSecondThread(work);
  };
  const fitting: Fitting = {
    ...{ columns, target, weight, parameters, signal: options.signal, elapsedMs, bin: 0 },
    startThread: (options.threads ?? 1) > 1 ? startThread : undefined,
  };
  const startedAt = elapsedMs();
  const { validation } = options;
  const validated = validation === undefined ? undefined : readValidation(validation, columns, choice, target);
  const asks = validated === undefined;
  const plan = planEvaluation(target, { folds: choice.folds, seed, time });
  const tracker = createTracker(options.onProgress, stagesOf(plan, rule, asks), rule);
  const measuring = {
    ...{ rule, seed, time, asks, tracker, leaves: parameters.leaves },
    fewerLeaves: fewerLeavesOf(choice.parameters, suggested, rows.length),
    fallback: Math.min(rule.most, suggested.rounds),
  };
  const { chosen, asked, ...how } = await chooseAndMeasure(fitting, plan, measuring);
  const forest = await fit(fitting, rows, chosen, tracker.last(chosen.rounds), metadataOf(target, choice.target));
  const evaluation =
    validated === undefined ? measure(target.task, plan.scheme, plan.splits.length, asked, seed) : evaluateOn(forest, validated, seed);
  const seconds = { bin: fitting.bin / 1000, train: (elapsedMs() - startedAt - fitting.bin) / 1000 };
  const rounds: RoundsChoice = { rounds: chosen.rounds, by: rule.patience === 0 ? "given" : plan.scheme, ...rule, ...how };
  const made = { ...parameters, ...chosen };
  const card = cardOf(forest, { target, choice, parameters: made, rounds, leaks, evaluation, columns, rows: rows.length });
  return { forest, artifact: encodeForest(forest), card, leaks, evaluation, rounds, seconds, threads };
}

/** The inputs: what is neither target, time nor weight, not ignored, and not left out by the guard. */
function usableColumns(table: TableContent, choice: TrainingChoice, target: Target): { columns: TableColumn[]; leaks: Leak[] } {
  const outside = new Set([choice.target, choice.time, choice.weight, ...(choice.ignore ?? [])]);
  const candidates = table.columns.filter((column) => !outside.has(column.name));
  const leaks = findLeaks(candidates, target, { seed: choice.seed ?? 1, keep: new Set(choice.keep), known: choice.known ?? {} });
  const leftOut = new Set(leaks.filter((leak) => leak.verdict === "left_out").map((leak) => leak.column));
  const columns = candidates.filter((column) => !leftOut.has(column.name));
  if (columns.length === 0) throw new MegalithError("training.no_columns", { values: { count: candidates.length } });
  return { columns, leaks };
}

interface ValidationRows {
  readonly task: Target["task"];
  /** [rows]; NaN where the target is missing. */
  readonly truth: Float64Array;
  readonly columns: readonly TableColumn[];
  readonly weight: Float64Array | undefined;
}

/** Read before the forest is grown, so that a table that cannot be measured on is refused at once. */
function readValidation(table: TableContent, columns: readonly TableColumn[], choice: TrainingChoice, target: Target): ValidationRows {
  const needed = [choice.target, ...(choice.weight === undefined ? [] : [choice.weight])];
  const absent = needed.filter((name) => find(table, name) === undefined);
  refuseUnknown(
    absent.map((name) => ({ path: "/valid", name })),
    table.columns.map(({ name }) => name),
  );
  return {
    task: target.task,
    truth: readTruth(find(table, choice.target) as TableColumn, target),
    columns: columns.map((trained) => recode(trained, find(table, trained.name), table.rowCount)),
    weight: choice.weight === undefined ? undefined : readWeight(find(table, choice.weight) as TableColumn),
  };
}

function evaluateOn(forest: Forest, { task, truth, columns, weight }: ValidationRows, seed: number): Evaluation {
  const rows = Int32Array.from(truth.keys()).filter((row) => !Number.isNaN(truth[row] as number));
  const predicted = predictRows(forest, columns, rows);
  const constant = constantOf(forest, rows.length);
  return measure(task, "validation", 1, { truth: pick(truth, rows), predicted, constant, weight: weight && pick(weight, rows) }, seed);
}

/** The validation table's column in the codes of the trained one. */
export function recode(
  trained: Pick<TableColumn, "name" | "kind" | "categories">,
  column: TableColumn | undefined,
  rowCount: number,
): TableColumn {
  if (column === undefined) return { ...trained, values: new Float64Array(rowCount).fill(Number.NaN) };
  if (trained.kind !== "category") return column;
  const codes = new Map((trained.categories ?? []).map((text, code) => [text, code]));
  return { ...trained, values: column.values.map((value) => codes.get(column.categories?.[value] ?? String(value)) ?? Number.NaN) };
}

function metadataOf(target: Target, name: string): Record<string, unknown> {
  return { target: name, positive: target.positive, classes: [...target.classes] };
}

function parametersOf(suggested: TrainParameters, choice: TrainingChoice, ruled: Partial<TrainParameters>): TrainParameters {
  const given = Object.fromEntries(Object.entries(choice.parameters ?? {}).filter(([, value]) => value !== undefined));
  const parameters: TrainParameters = { ...suggested, ...given, ...ruled };
  const faults = validateParameters(parameters);
  if (faults.length === 0) return parameters;
  const problems = faults.map((reason): Problem => problem("/parameters", "parameter", "parameter", { reason }));
  throw new MegalithError("training.parameters_invalid", { values: { count: faults.length }, problems });
}

function readWeight(column: TableColumn): Float64Array {
  const bad = column.values.findIndex((value) => !(value >= 0));
  if (column.kind !== "numeric" || bad >= 0)
    throw new MegalithError("training.weight_invalid", { values: { column: column.name, row: bad + 1 } });
  return column.values;
}

function find(table: TableContent, name: string): TableColumn | undefined {
  return table.columns.find((column) => column.name === name);
}

function pick(values: Float64Array, rows: Int32Array): Float64Array {
  return Float64Array.from(rows, (row) => values[row] as number);
}
