/**
 * Trains a forest by gradient boosting, one round a step, so that a caller can show progress and end it in between.
 *
 * Sums are exact (grid.ts) or f64 in a fixed order, chance comes from the seed, exp and log are our own: the same table,
 * parameters and seed give the same bits in every JavaScript engine.
 * Source: Friedman 2001 (boosting), Friedman 2002 (row sampling), Ke et al. 2017 (leaf-wise histogram trees).
 */
import { type BinnedTable, binTable } from "./bins.ts";
import { checkData, classCountOf, rowsOf, type TrainingData } from "./data.ts";
import { ForestError } from "./error.ts";
import type { Forest, ForestTask } from "./forest.ts";
import { createTreeGrower } from "./grow.ts";
import { createObjective, type Objective } from "./objective.ts";
import { packForest } from "./pack.ts";
import { type TrainParameters, validateParameters } from "./parameters.ts";
import { createRandom, sampleInOrder } from "./random.ts";
import type { StartThread } from "./team.ts";
import { addTreeScores, type GrownTree } from "./tree.ts";
import type { OwnRows } from "./tree-machine.ts";

export interface RoundProgress {
  /** Counted from 1. */
  readonly round: number;
  readonly rounds: number;
  /** Mean log loss (nats) or squared error over the training rows. */
  readonly trainLoss: number;
  readonly validLoss?: number;
  /** Of each of the validation's parts; NaN for one whose rows all weigh nothing. */
  readonly partLosses?: readonly number[];
}

export interface TrainedForest {
  readonly forest: Forest;
  readonly history: readonly RoundProgress[];
  /** Of least validation loss, or the last round without validation. With early stopping the forest ends there. */
  readonly bestRound: number;
  /** The forest as it was after so many rounds; after all that were grown when there were fewer. */
  after(rounds: number): Forest;
}

export interface TrainOptions {
  /** Rows that the loss is watched on; the columns must be the training's, in the same order. */
  readonly validation?: TrainingData;
  /** Row sets of the validation whose losses are told apart. */
  readonly validationParts?: readonly Int32Array[];
  /** A table binned before from the same columns. */
  readonly binned?: BinnedTable;
  /**
   * Asks for a second thread, on tables from 65,536 rows on: it has to call serveThread with what it is given. The forest is the
   * same with it, without it, and however late it comes.
   */
  readonly startThread?: StartThread;
  /** Put into the forest; anything that JSON can hold. */
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** Trains to the end. See trainingRounds. */
export function trainForest(task: ForestTask, data: TrainingData, parameters: TrainParameters, options: TrainOptions = {}): TrainedForest {
  const rounds = trainingRounds(task, data, parameters, options);
  for (;;) {
    const step = rounds.next();
    if (step.done) return step.value;
  }
}

/**
 * Trains one forest, yielding after every round; `next(true)` ends with the rounds there are, `return()` gives up.
 * @param data columns are not copied: leave them alone until the end.
 * @returns the forest, its history and its best round; the same seed gives the same bytes on every machine.
 * @throws ForestError "forest.parameters_invalid", "forest.data_invalid", "forest.target_invalid", "forest.target_one_class"
 * Cost: O(rows x features) time per tree level; two bytes per cell and 60 bytes per row and output held.
 */
export function* trainingRounds(
  task: ForestTask,
  data: TrainingData,
  parameters: TrainParameters,
  options: TrainOptions = {},
): Generator<RoundProgress, TrainedForest, boolean | undefined> {
  checkAll(task, data, parameters, options);
  const classCount = classCountOf(task, data);
  const outputs = task === "multiclass" ? classCount : 1;
  const rows = rowsOf(data);
  const table = options.binned ?? binTable(data.columns, parameters.bins, rows);
  const tableRows = data.target.length;
  const objective = createObjective(task, outputs, data.target, data.weight);
  const base = objective.start(rows);
  const grower = createTreeGrower({
    columns: data.columns,
    table,
    parameters,
    weight: data.weight,
    rows,
    startThread: options.startThread,
  });
  const { scores, gradient, hessian, evaluate } = startRows(task, data, rows, base, objective, grower.own);
  const sampler = createSampler(parameters, rows, data.columns.length);
  const watch = options.validation === undefined ? undefined : createWatch(task, options.validation, base, options.validationParts);
  const trees: GrownTree[] = [];
  const history: RoundProgress[] = [];
  let bestRound = 0;
  let bestLoss = Number.POSITIVE_INFINITY;
  try {
    evaluate();
    for (let round = 1; round <= parameters.rounds; round++) {
      sampler.startRound(round);
      let splitCount = 0;
      for (let output = 0; output < outputs; output++) {
        const from = output * tableRows;
        const slice = (all: Float64Array): Float64Array => all.subarray(from, from + tableRows);
        const tree = grower.grow(sampler.inBag, sampler.features(), slice(gradient), slice(hessian));
        grower.addScores(scores, from);
        grower.addOutsideScores(sampler.outOfBag, scores, from);
        watch?.add(tree, output);
        trees.push(tree);
        splitCount += tree.nodeCount;
      }
      const trainLoss = evaluate();
      const watched = watch?.losses();
      const validLoss = watched?.validLoss;
      const progress = { round, rounds: parameters.rounds, trainLoss, ...watched };
      history.push(progress);
      if (validLoss === undefined || validLoss < bestLoss) {
        bestRound = round;
        bestLoss = validLoss ?? bestLoss;
      }
      if ((yield progress) === true) break;
      if (watch !== undefined && parameters.earlyStoppingRounds > 0 && round - bestRound >= parameters.earlyStoppingRounds) break;
      if (splitCount === 0 && !sampler.isRandom) break;
    }
  } finally {
    grower.end();
  }
  const keep = watch !== undefined && parameters.earlyStoppingRounds > 0 ? bestRound : history.length;
  const metadata = options.metadata ?? {};
  const after = (rounds: number): Forest =>
    packForest({ task, columns: data.columns, classCount, base, trees: trees.slice(0, rounds * outputs), metadata });
  return { forest: after(keep), history, bestRound, after };
}

function checkAll(task: ForestTask, data: TrainingData, parameters: TrainParameters, options: TrainOptions): void {
  const wrong = validateParameters(parameters);
  if (wrong.length > 0) throw new ForestError("forest.parameters_invalid", wrong);
  checkData(task, data, "training");
  const problems: string[] = [];
  const { validation, binned } = options;
  if (validation !== undefined) {
    checkData(task, task === "multiclass" ? { ...validation, classCount: classCountOf(task, data) } : validation, "validation");
    const same =
      validation.columns.length === data.columns.length &&
      data.columns.every((column, index) => {
        const other = validation.columns[index];
        return other?.name === column.name && other.kind === column.kind && other.categories?.length === column.categories?.length;
      });
    if (!same) problems.push("the validation columns are not the training columns");
  }
  if (binned !== undefined) {
    const same =
      binned.rowCount === data.target.length &&
      binned.features.length === data.columns.length &&
      data.columns.every((column, index) => binned.features[index]?.kind === column.kind);
    if (!same) problems.push("the binned table was not made from these columns");
  }
  if (problems.length > 0) throw new ForestError("forest.data_invalid", problems);
}

function startScores(base: Float64Array, rowCount: number): Float64Array {
  const scores = new Float64Array(base.length * rowCount);
  base.forEach((value, output) => {
    scores.fill(value, output * rowCount, (output + 1) * rowCount);
  });
  return scores;
}

/** Scores and gradients by row, in the grower's own arrays where one output fits them. */
function startRows(task: ForestTask, data: TrainingData, rows: Int32Array, base: Float64Array, objective: Objective, own?: OwnRows) {
  if (own === undefined || base.length > 1) {
    const scores = startScores(base, data.target.length);
    const gradient = new Float64Array(scores.length);
    const hessian = new Float64Array(scores.length);
    return { scores, gradient, hessian, evaluate: () => objective.evaluate(rows, scores, gradient, hessian) };
  }
  const { scores, gradient, hessian } = own;
  scores.fill(base[0] as number);
  const isEven = task === "binary" && data.weight === undefined;
  const evaluate = isEven ? own.binaryLogLoss(data.target) : () => objective.evaluate(rows, scores, gradient, hessian);
  return { scores, gradient, hessian, evaluate };
}

interface Watch {
  add(tree: GrownTree, output: number): void;
  losses(): Required<Pick<RoundProgress, "validLoss">> & Pick<RoundProgress, "partLosses">;
}

function createWatch(task: ForestTask, validation: TrainingData, base: Float64Array, parts?: readonly Int32Array[]): Watch {
  const rows = rowsOf(validation);
  const rowCount = validation.target.length;
  const scores = startScores(base, rowCount);
  const objective = createObjective(task, base.length, validation.target, validation.weight);
  const watched = new Set(rows);
  const partRows = parts?.map((part) => part.filter((row) => watched.has(row)));
  return {
    add: (tree, output) => addTreeScores(tree, validation.columns, rows, scores, output * rowCount),
    losses() {
      const validLoss = objective.evaluate(rows, scores);
      return partRows === undefined ? { validLoss } : { validLoss, partLosses: partRows.map((part) => objective.evaluate(part, scores)) };
    },
  };
}

interface Sampler {
  readonly isRandom: boolean;
  readonly inBag: Int32Array;
  readonly outOfBag: Int32Array;
  startRound(round: number): void;
  features(): Int32Array;
}

function createSampler(parameters: TrainParameters, rows: Int32Array, featureCount: number): Sampler {
  const random = createRandom(parameters.seed);
  const { baggingFraction, baggingFreq, featureFraction } = parameters;
  const bagged = baggingFreq > 0 && baggingFraction < 1;
  const bagSize = Math.max(1, Math.round(rows.length * baggingFraction));
  const all = Int32Array.from({ length: featureCount }, (_, index) => index);
  const chosenCount = Math.max(1, Math.round(featureCount * featureFraction));
  let inBag = rows;
  let outOfBag = new Int32Array(0);
  return {
    isRandom: bagged || chosenCount < featureCount,
    get inBag() {
      return inBag;
    },
    get outOfBag() {
      return outOfBag;
    },
    startRound(round) {
      if (!bagged || (round - 1) % baggingFreq !== 0) return;
      inBag = new Int32Array(bagSize);
      sampleInOrder(random, rows, bagSize, inBag);
      outOfBag = new Int32Array(rows.length - bagSize);
      let taken = 0;
      let left = 0;
      for (const row of rows) {
        if (taken < bagSize && inBag[taken] === row) taken++;
        else outOfBag[left++] = row;
      }
    },
    features() {
      if (chosenCount >= featureCount) return all;
      const chosen = new Int32Array(chosenCount);
      sampleInOrder(random, all, chosenCount, chosen);
      return chosen;
    },
  };
}
