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
  return growing(async (runs) => {
    const run = startRun(fitting, rows, shape, { metadata, binned: bin(fitting, rows) });
    runs.push({ run, losses: [] });
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
  const { rule, leaves, least } = options;
  const rest = createRest(fitting);
  const weights = courses.flatMap(({ parts }) => parts.map((rows) => weightOf(fitting, rows)));
  const chooser = createRoundsChooser(weights, rule.patience);
  return growing(async (runs) => {
    for (const course of courses) {
      const { learn, parts } = course;
      course.binned ??= bin(fitting, learn);
      const validation = dataOf(fitting, Int32Array.from(parts.flatMap((part) => [...part])));
      const watched = { validation, validationParts: parts, binned: course.binned };
      runs.push({ run: startRun(fitting, learn, { rounds: rule.most, leaves }, watched), losses: [] });
      await rest(() => undefined);
    }
    for (let round = 1; round <= rule.most; round++) {
      for (const own of runs) {
        if (own.trained !== undefined) continue;
        const next = own.run.next();
        if (next.done) own.trained = next.value;
        else own.losses = next.value.partLosses ?? [];
        await rest(() => step(round, chooser.best().rounds));
      }
      const chosen = chooser.take(runs.flatMap(({ losses }) => losses));
      if ((chosen && round >= least) || runs.every(({ trained }) => trained !== undefined)) break;
    }
    const trained = runs.map((own) => own.trained ?? endOf(own.run));
    return { chooser, forestOf: (course, rounds) => (trained[course] as TrainedForest).after(rounds) };
  });
}

function weightOf({ weight }: Fitting, rows: Int32Array): number {
  return weight === undefined ? rows.length : rows.reduce((sum, row) => sum + (weight[row] as number), 0);
}

interface Grown {
  readonly run: Run;
  /** Of each part, after the last round. */
  losses: readonly number[];
  /** Where no split was left before the rounds were over. */
  trained?: TrainedForest;
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

/** Words the engine's refusals, and gives up what is not grown to its end, so that nothing of it goes on. */
async function growing<T>(work: (runs: Grown[]) => Promise<T>): Promise<T> {
  const runs: Grown[] = [];
  try {
    return await work(runs);
  } catch (error) {
    if (error instanceof ForestError) throw new MegalithError("training.impossible", { problems: impossible(error), cause: error });
    throw error;
  } finally {
    for (const { run } of runs) run.return(undefined as never);
  }
}

/** What the engine refuses after everything that can be asked of a table before: its limits, and rows that are all of one class. */
function impossible({ code, problems }: ForestError): Problem[] {
  if (code === "forest.target_one_class") return [problem("/target", "one_class", "trainOneClass")];
  return problems.map((text) => problem("", "engine", "trainEngine", { text }));
}
