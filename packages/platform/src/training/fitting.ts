/**
 * Grows forests in slices, yielding to the event loop in between, so that progress shows and a cancel is heard.
 */
import { MegalithError, type Problem, problem } from "@megalith/contract";
import {
  type BinnedTable,
  binTable,
  type Forest,
  ForestError,
  type RoundProgress,
  type StartThread,
  type TrainedForest,
  type TrainingData,
  type TrainOptions,
  type TrainParameters,
  trainingRounds,
} from "@megalith/forest";
import type { TableColumn } from "../tables/index.ts";
import { createRoundsChooser, type RoundsChooser, type RoundsRule } from "./rounds.ts";
import type { Target } from "./task.ts";

export interface Fitting {
  readonly columns: readonly TableColumn[];
  readonly target: Target;
  readonly weight: Float64Array | undefined;
  readonly parameters: TrainParameters;
  readonly signal: AbortSignal | undefined;
  readonly elapsedMs: () => number;
  readonly startThread: StartThread | undefined;
  /** Milliseconds spent on binning so far. */
  bin: number;
}

/** Rows to learn from, and parts of held-out rows. */
export interface Course {
  readonly learn: Int32Array;
  readonly parts: readonly Int32Array[];
  /** Kept from one race to the next. */
  binned?: BinnedTable;
}

/** What is chosen of a forest. */
export interface Shape {
  readonly rounds: number;
  readonly leaves: number;
}

export interface RaceOptions {
  readonly rule: RoundsRule;
  readonly leaves: number;
  /** Rounds that are grown whatever the losses say. */
  readonly least: number;
}

export interface Race {
  /** After all rounds, or once every choice was made. */
  readonly chooser: RoundsChooser;
  /** The forest of a course as it was after so many rounds. */
  forestOf(course: number, rounds: number): Forest;
}

/** @param round counted from 1. @param best rounds of the lowest held-out loss so far; absent where nothing is watched. */
export type Step = (round: number, best?: number) => void;

const sliceMs = 40;

/** Lets timers and messages in, then stops when told to. */
export async function breathe(signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
  signal?.throwIfAborted();
}

/**
 * One forest of exactly so many rounds; of fewer only where no split is left.
 * @throws MegalithError "training.impossible"; the signal's reason.
 */
export async function fit(
  fitting: Fitting,
  rows: Int32Array,
  shape: Shape,
  step: Step,
  metadata: Record<string, unknown> = {},
): Promise<Forest> {
  const rest = createRest(fitting);
  return refusing(async () => {
    const run = startRun(fitting, rows, shape, { metadata, binned: bin(fitting, rows) });
    for (;;) {
      const next = run.next();
      if (next.done) return next.value.forest;
      await rest(() => step(next.value.round));
    }
  });
}

/**
 * Grows one forest a course side by side, a round of each at a time, until the held-out losses have chosen.
 * Cost: holds the state of all courses at once: bytes of the binned table, and 60 bytes a row and output, for each.
 */
export async function race(fitting: Fitting, courses: readonly Course[], options: RaceOptions, step: Step): Promise<Race> {
  const { weight } = fitting;
  const { rule, leaves, least } = options;
  const rest = createRest(fitting);
  const weightOf = (rows: Int32Array): number =>
    weight === undefined ? rows.length : rows.reduce((sum, row) => sum + (weight[row] as number), 0);
  const chooser = createRoundsChooser(
    courses.flatMap(({ parts }) => parts.map(weightOf)),
    rule.patience,
  );
  return refusing(async () => {
    const runs: { rounds: Run; losses: readonly number[]; trained?: TrainedForest }[] = [];
    for (const course of courses) {
      const { learn, parts } = course;
      course.binned ??= bin(fitting, learn);
      const validation = dataOf(fitting, Int32Array.from(parts.flatMap((part) => [...part])));
      const watched = { validation, validationParts: parts, binned: course.binned };
      runs.push({ rounds: startRun(fitting, learn, { rounds: rule.most, leaves }, watched), losses: [] });
      await rest(() => undefined);
    }
    for (let round = 1; round <= rule.most; round++) {
      for (const run of runs) {
        if (run.trained !== undefined) continue;
        const next = run.rounds.next();
        if (next.done) run.trained = next.value;
        else run.losses = next.value.partLosses ?? [];
        await rest(() => step(round, chooser.best().rounds));
      }
      const chosen = chooser.take(runs.flatMap(({ losses }) => losses));
      if ((chosen && round >= least) || runs.every(({ trained }) => trained !== undefined)) break;
    }
    const trained = runs.map((run) => run.trained ?? endOf(run.rounds));
    return { chooser, forestOf: (course, rounds) => (trained[course] as TrainedForest).after(rounds) };
  });
}

type Run = Generator<RoundProgress, TrainedForest, boolean | undefined>;

function bin(fitting: Fitting, rows: Int32Array): BinnedTable {
  const startedAt = fitting.elapsedMs();
  const binned = binTable(fitting.columns, fitting.parameters.bins, rows);
  fitting.bin += fitting.elapsedMs() - startedAt;
  return binned;
}

function startRun(fitting: Fitting, rows: Int32Array, shape: Shape, options: TrainOptions): Run {
  const parameters = { ...fitting.parameters, ...shape, earlyStoppingRounds: 0 };
  const { startThread } = fitting;
  const all = startThread === undefined ? options : { ...options, startThread };
  return trainingRounds(fitting.target.task, dataOf(fitting, rows), parameters, all);
}

function endOf(run: Run): TrainedForest {
  const end = run.next(true);
  if (!end.done) throw new Error("a training that was told to end went on");
  return end.value;
}

function dataOf({ columns, target, weight }: Fitting, rowIndex: Int32Array): TrainingData {
  return {
    columns,
    target: target.values,
    rowIndex,
    ...(target.task === "multiclass" ? { classCount: target.classes.length } : {}),
    ...(weight === undefined ? {} : { weight }),
  };
}

/** Takes a rest whenever a slice of time is over, and tells before it does. */
function createRest({ elapsedMs, signal }: Fitting): (tell: () => void) => Promise<void> {
  let last = elapsedMs();
  return async (tell) => {
    if (elapsedMs() - last < sliceMs) return;
    tell();
    await breathe(signal);
    last = elapsedMs();
  };
}

async function refusing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
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
