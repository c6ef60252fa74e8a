/**
 * From a table's columns to a model: leaks left out, honest figures, then one forest on all rows, with its card.
 *
 * Works in slices and yields to the event loop, so progress shows and a cancel is heard between two rounds.
 * The artifact holds no time, path, host or person: the same table, choices and seed give the same bytes.
 */
import { MegalithError, type Problem, problem } from "@megalith/contract";
import {
  type BinnedTable,
  binTable,
  encodeForest,
  type Forest,
  ForestError,
  suggestParameters,
  type TrainingData,
  type TrainOptions,
  type TrainParameters,
  trainingRounds,
  validateParameters,
} from "@megalith/forest";
import type { Card } from "../registry/index.ts";
import type { TableColumn, TableContent } from "../tables/index.ts";
import { cardOf } from "./card.ts";
import { checkColumns, refuseUnknown, type TrainingChoice } from "./choice.ts";
import { type Evaluation, measure, planEvaluation, predictRows, type Split } from "./evaluation.ts";
import { findLeaks, type Leak } from "./leak-guard.ts";
import { readTarget, readTruth, type Target } from "./task.ts";

export interface TrainingProgress {
  readonly phase: "leaks" | "evaluation" | "training";
  /** Rounds done and to do, over all phases. */
  readonly done: number;
  readonly total: number;
}

export interface TrainedModel {
  readonly forest: Forest;
  readonly artifact: Uint8Array;
  readonly card: Card;
  readonly leaks: readonly Leak[];
  readonly evaluation: Evaluation;
  readonly seconds: { readonly bin: number; readonly train: number };
}

export interface TrainingOptions {
  /** A table of its own to measure on, instead of folds; columns by name. */
  readonly validation?: TableContent | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: TrainingProgress) => void) | undefined;
  /** Monotonic milliseconds. */
  readonly elapsedMs?: () => number;
}

/** @throws MegalithError "training.…" naming every wrong column or parameter; the signal's reason when cancelled. */
export async function trainModel(table: TableContent, choice: TrainingChoice, options: TrainingOptions = {}): Promise<TrainedModel> {
  checkColumns(table.columns, choice);
  const elapsedMs = options.elapsedMs ?? (() => performance.now());
  const seed = choice.seed ?? 1;
  const target = readTarget(find(table, choice.target) as TableColumn, choice);
  const time = choice.time === undefined ? undefined : find(table, choice.time)?.values;
  const weight = choice.weight === undefined ? undefined : readWeight(find(table, choice.weight) as TableColumn);
  const outside = new Set([choice.target, choice.time, choice.weight, ...(choice.ignore ?? [])]);
  const candidates = table.columns.filter((column) => !outside.has(column.name));
  options.onProgress?.({ phase: "leaks", done: 0, total: 1 });
  await breathe(options.signal);
  const leaks = findLeaks(candidates, target, { seed, keep: new Set(choice.keep), known: choice.known ?? {} });
  const leftOut = new Set(leaks.filter((leak) => leak.verdict === "left_out").map((leak) => leak.column));
  const columns = candidates.filter((column) => !leftOut.has(column.name));
  if (columns.length === 0) throw new MegalithError("training.no_columns", { values: { count: candidates.length } });
  const rows = Int32Array.from(target.values.keys()).filter((row) => !Number.isNaN(target.values[row] as number));
  const parameters = parametersOf(rows.length, columns.length, target, choice, seed);
  const fitting: Fitting = { columns, target, weight, parameters, seed, signal: options.signal, elapsedMs, bin: 0 };
  const startedAt = elapsedMs();
  const { validation } = options;
  const plan = validation === undefined ? planEvaluation(target, { folds: choice.folds, seed, time }) : undefined;
  const fits = plan?.splits.length ?? 0;
  const progress = counter(options, parameters.rounds, fits + 1);
  const asked = validation === undefined ? undefined : readValidation(validation, columns, choice, target);
  const measured = plan === undefined ? undefined : await evaluateBySplits(fitting, plan.scheme, plan.splits, progress);
  const forest = await fit(fitting, rows, progress("training", fits), metadataOf(target, choice.target));
  const evaluation = measured ?? evaluateOn(forest, asked as ValidationRows, seed);
  const seconds = { bin: fitting.bin / 1000, train: (elapsedMs() - startedAt - fitting.bin) / 1000 };
  const card = cardOf(forest, { target, choice, parameters, leaks, evaluation, columns, rows: rows.length });
  return { forest, artifact: encodeForest(forest), card, leaks, evaluation, seconds };
}

interface Fitting {
  readonly columns: readonly TableColumn[];
  readonly target: Target;
  readonly weight: Float64Array | undefined;
  readonly parameters: TrainParameters;
  readonly seed: number;
  readonly signal: AbortSignal | undefined;
  readonly elapsedMs: () => number;
  /** Milliseconds spent on binning so far. */
  bin: number;
}

type Step = (round: number) => void;

async function fit(fitting: Fitting, rows: Int32Array, step: Step, metadata: Record<string, unknown>): Promise<Forest> {
  const { columns, target, weight, parameters } = fitting;
  const data: TrainingData = {
    columns,
    target: target.values,
    rowIndex: rows,
    ...(target.task === "multiclass" ? { classCount: target.classes.length } : {}),
    ...(weight === undefined ? {} : { weight }),
  };
  try {
    const binStart = fitting.elapsedMs();
    const binned: BinnedTable = binTable(columns, parameters.bins, rows);
    fitting.bin += fitting.elapsedMs() - binStart;
    const options: TrainOptions = { binned, metadata };
    const rounds = trainingRounds(target.task, data, parameters, options);
    for (let last = fitting.elapsedMs(); ; ) {
      const next = rounds.next();
      if (next.done) return next.value.forest;
      if (fitting.elapsedMs() - last < 40) continue;
      step(next.value.round);
      await breathe(fitting.signal);
      last = fitting.elapsedMs();
    }
  } catch (error) {
    if (error instanceof ForestError) throw new MegalithError("training.impossible", { problems: impossible(error), cause: error });
    throw error;
  }
}

/** What the engine refuses after everything that can be asked of a table before: its limits, and rows that are all of one class. */
function impossible({ code, problems }: ForestError): Problem[] {
  if (code === "forest.target_one_class") return [problem("/target", "one_class", "trainOneClass")];
  return problems.map((text) => problem("", "engine", "trainEngine", { text }));
}

async function evaluateBySplits(
  fitting: Fitting,
  scheme: Evaluation["scheme"],
  splits: readonly Split[],
  progress: Counter,
): Promise<Evaluation> {
  const { target, weight } = fitting;
  const predicted: Float64Array[] = [];
  for (const [index, split] of splits.entries()) {
    const forest = await fit(fitting, split.learn, progress("evaluation", index), {});
    predicted.push(predictRows(forest, fitting.columns, split.ask));
  }
  const rows = Int32Array.from(splits.flatMap(({ ask }) => [...ask]));
  const asked = { truth: pick(target.values, rows), predicted: join(predicted), weight: weight && pick(weight, rows) };
  return measure(target.task, scheme, splits.length, asked, fitting.seed);
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
  const asked = { truth: pick(truth, rows), predicted: predictRows(forest, columns, rows), weight: weight && pick(weight, rows) };
  return measure(task, "validation", 1, asked, seed);
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

type Counter = (phase: TrainingProgress["phase"], fitted: number) => Step;

function counter(options: TrainingOptions, rounds: number, fits: number): Counter {
  return (phase, fitted) => (round) => options.onProgress?.({ phase, done: fitted * rounds + round, total: fits * rounds });
}

function metadataOf(target: Target, name: string): Record<string, unknown> {
  return { target: name, positive: target.positive, classes: [...target.classes] };
}

function parametersOf(rows: number, columns: number, target: Target, choice: TrainingChoice, seed: number): TrainParameters {
  const given = Object.fromEntries(Object.entries(choice.parameters ?? {}).filter(([, value]) => value !== undefined));
  const parameters: TrainParameters = { ...suggestParameters(rows, columns, target.task), ...given, seed };
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

function join(parts: readonly Float64Array[]): Float64Array {
  const whole = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

/** Lets timers and messages in, then stops when told to. */
async function breathe(signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
  signal?.throwIfAborted();
}
