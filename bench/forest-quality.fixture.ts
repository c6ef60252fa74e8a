/**
 * Which column of which public table is predicted, on which rows, with which parameters: the protocol of forest-quality.ts.
 *
 * Folds are stratified and made by a generator of their own, so that all sides get the same rows. A clone has the bundled
 * loans, what the packages of rivals/tables.txt carry, and the generated rows; the others are read from a folder when named.
 */
import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { defaultTrainParameters, type FeatureColumn, type ForestTask, suggestParameters, type TrainParameters } from "@megalith/forest";

export interface Run {
  readonly train: Int32Array;
  readonly test: Int32Array;
  readonly parameters: TrainParameters;
}

export interface Trial {
  readonly name: string;
  readonly task: ForestTask;
  readonly metric: "auc" | "log loss" | "squared error";
  readonly columns: readonly FeatureColumn[];
  readonly target: Float64Array;
  readonly weight?: Float64Array;
  readonly runs: readonly Run[];
  /** Beside LightGBM those libraries that do well with defaults are asked with defaults only: other parameters are not theirs. */
  readonly rivals: readonly string[];
}

interface Source {
  readonly task: ForestTask;
  readonly target: string;
  /** The text of class 1; numbers are classes or values as they are. */
  readonly positive?: string;
  readonly ignore?: readonly string[];
  readonly folds?: number;
  readonly foldSeeds?: number;
  /** Train and test are two files; trained with these parameters under several seeds. */
  readonly published?: Partial<TrainParameters>;
}

const sampled = { baggingFraction: 0.8, baggingFreq: 5, minHessian: 5 };

const sources: Record<string, Source> = {
  adult: { task: "binary", target: "class", positive: ">50K", folds: 3 },
  digits: { task: "multiclass", target: "digit", folds: 5 },
  flights: { task: "binary", target: "late", folds: 3 },
  "taiwan-credit-sample": { task: "binary", target: "default", folds: 5, foldSeeds: 3 },
  "wine-quality": { task: "regression", target: "class", folds: 5, foldSeeds: 3 },
  "taiwan-credit": { task: "binary", target: "default_next_month", ignore: ["ID"], folds: 5 },
  hmeq: { task: "binary", target: "BAD", folds: 5 },
  "german-credit": { task: "binary", target: "creditability", positive: "bad", folds: 10, foldSeeds: 5 },
  "lgb-binary-train": {
    task: "binary",
    target: "label",
    published: { ...sampled, leaves: 63, featureFraction: 0.8, minRows: 50 },
  },
  "lgb-regression-train": {
    task: "regression",
    target: "label",
    published: { ...sampled, rate: 0.05, featureFraction: 0.9, minRows: 100 },
  },
  "lgb-multiclass-train": { task: "multiclass", target: "label", published: { rate: 0.05 } },
};

const lightgbm = ["lightgbm"];
const everyRival = [...lightgbm, "xgboost", "sklearn", "catboost"];
const metrics = { binary: "auc", multiclass: "log loss", regression: "squared error" } as const;
const publishedSeeds = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

/** The only one of these files that a clone has. */
export const bundledFile = "examples/german-credit/german-credit.csv.gz";

const knownFiles = Object.keys(sources);

/** The files of a folder that have a protocol here. */
export function knownFilesOf(folder: string): string[] {
  const found = knownFiles.flatMap((name) => [`${name}.csv`, `${name}.csv.gz`].map((file) => join(folder, file))).filter(existsSync);
  if (found.length === 0) throw new Error(`${folder} has none of ${knownFiles.join(", ")} (.csv or .csv.gz).`);
  return found;
}

/** Friedman 1991, the first of his surfaces: five of ten columns matter, two of them only together; noise of deviation 1. */
export function generatedTrials(rowCount: number): Trial[] {
  const next = uniform(20_261_125);
  const values = Array.from({ length: 10 }, () => Float64Array.from({ length: rowCount }, next));
  const cell = (column: number, row: number): number => values[column]?.[row] as number;
  const noise = (): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  const target = Float64Array.from(
    { length: rowCount },
    (_, row) =>
      10 * Math.sin(Math.PI * cell(0, row) * cell(1, row)) +
      20 * (cell(2, row) - 0.5) ** 2 +
      10 * cell(3, row) +
      5 * cell(4, row) +
      noise(),
  );
  const columns = values.map((column, index): FeatureColumn => ({ name: `x${index}`, kind: "numeric", values: column }));
  const source: Source = { task: "regression", target: "y", folds: 3 };
  const shared = { task: source.task, metric: metrics[source.task], columns, target };
  return [{ ...shared, name: "friedman, default parameters", runs: foldRuns(target, source, defaultTrainParameters), rivals: everyRival }];
}

/** A linear congruential sequence in [0, 1). */
function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** The name of a file's table. */
export function tableOf(file: string): string {
  return basename(file).replace(/\.csv(\.gz)?$/, "");
}

/** The trials of one file; a file that is not known is refused. */
export function trialsOf(file: string): Trial[] {
  const name = tableOf(file);
  const source = sources[name];
  if (source === undefined) throw new Error(`${file} is none of ${knownFiles.join(", ")} (.csv or .csv.gz).`);
  const records = readRecords(file);
  const trainCount = records.length - 1;
  if (source.published !== undefined) records.push(...readRecords(file.replace("-train", "-test")).slice(1));
  const { columns, target, weight } = columnsOf(records, source);
  const shared = { task: source.task, metric: metrics[source.task], columns, target, ...(weight === undefined ? {} : { weight }) };
  if (source.published !== undefined) {
    const all = Int32Array.from(target.keys());
    const parts = { train: all.slice(0, trainCount), test: all.slice(trainCount) };
    const isRandom = source.published.baggingFreq !== undefined;
    const runs = (isRandom ? publishedSeeds : [1]).map((seed) => ({
      ...parts,
      parameters: { ...defaultTrainParameters, ...source.published, seed },
    }));
    return [{ ...shared, name: `${name.replace("-train", "")}, published parameters`, runs, rivals: lightgbm }];
  }
  const suggested = suggestParameters(target.length, columns.length, source.task);
  return [
    { ...shared, name: `${name}, default parameters`, runs: foldRuns(target, source, defaultTrainParameters), rivals: everyRival },
    { ...shared, name: `${name}, suggested parameters`, runs: foldRuns(target, source, suggested), rivals: lightgbm },
  ];
}

function foldRuns(target: Float64Array, source: Source, parameters: TrainParameters): Run[] {
  const count = source.folds ?? 5;
  const seeds = Array.from({ length: source.foldSeeds ?? 1 }, (_, index) => index + 1);
  return seeds.flatMap((seed) => {
    const fold = stratifiedFolds(source.task === "regression" ? target.map(() => 0) : target, count, seed);
    const rows = Int32Array.from(target.keys());
    return Array.from({ length: count }, (_, held) => ({
      train: rows.filter((row) => fold[row] !== held),
      test: rows.filter((row) => fold[row] === held),
      parameters: { ...parameters, seed },
    }));
  });
}

/** i32[rows]; each class is shuffled and dealt out in turn. */
export function stratifiedFolds(target: Float64Array, count: number, seed: number): Int32Array {
  const sequence = uniform(Math.imul(seed, 0x9e3779b1));
  const next = (below: number): number => Math.floor(sequence() * below);
  const fold = new Int32Array(target.length);
  for (const value of new Set(target)) {
    const rows = Array.from(target.keys()).filter((row) => target[row] === value);
    for (let last = rows.length - 1; last > 0; last--) {
      const other = next(last + 1);
      [rows[last], rows[other]] = [rows[other] as number, rows[last] as number];
    }
    rows.forEach((row, position) => {
      fold[row] = position % count;
    });
  }
  return fold;
}

function readRecords(file: string): string[][] {
  const bytes = readFileSync(file);
  return parseCsv(new TextDecoder().decode(file.endsWith(".gz") ? gunzipSync(bytes) : bytes));
}

/** Comma-separated, double quotes doubled inside quotes (RFC 4180). */
export function parseCsv(text: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  for (const match of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    const [whole, quoted, plain, end] = match;
    if (whole === "" && record.length === 0) break;
    record.push(quoted?.replaceAll('""', '"') ?? plain ?? "");
    if (end === ",") continue;
    records.push(record);
    record = [];
  }
  return records;
}

interface Table {
  readonly columns: FeatureColumn[];
  readonly target: Float64Array;
  readonly weight?: Float64Array;
}

function columnsOf(records: readonly string[][], { target, positive, ignore = [] }: Source): Table {
  const [names = [], ...rows] = records;
  if (!names.includes(target)) throw new Error(`The target ${target} is none of the columns ${names.join(", ")}.`);
  const cells = (name: string): string[] => rows.map((row) => row[names.indexOf(name)] ?? "");
  const numbers = (texts: readonly string[]): Float64Array => Float64Array.from(texts, (text) => (text === "" ? Number.NaN : Number(text)));
  const truth = positive === undefined ? numbers(cells(target)) : Float64Array.from(cells(target), (text) => (text === positive ? 1 : 0));
  const inputs = names.filter((name) => name !== target && name !== "weight" && !ignore.includes(name));
  const columns = inputs.map((name): FeatureColumn => {
    const texts = cells(name);
    if (texts.every((text) => !Number.isNaN(Number(text)))) return { name, kind: "numeric", values: numbers(texts) };
    const categories = [...new Set(texts.filter((text) => text !== ""))].sort();
    const codes = new Map(categories.map((text, code) => [text, code]));
    return { name, kind: "category", categories, values: Float64Array.from(texts, (text) => codes.get(text) ?? Number.NaN) };
  });
  return { columns, target: truth, ...(names.includes("weight") ? { weight: numbers(cells("weight")) } : {}) };
}

/** The trial's metric over the test rows of a run. Predictions: f64[test rows] or f64[test rows][classes]. */
export function measure(trial: Pick<Trial, "metric" | "target">, run: Pick<Run, "test">, predictions: Float64Array): number {
  const truth = Float64Array.from(run.test, (row) => trial.target[row] as number);
  if (trial.metric === "auc") return areaUnderCurve(predictions, truth);
  const classes = predictions.length / truth.length;
  const losses = truth.map((value, position) =>
    trial.metric === "squared error"
      ? ((predictions[position] as number) - value) ** 2
      : -Math.log(Math.max(1e-15, predictions[position * classes + value] as number)),
  );
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
}

function areaUnderCurve(predictions: Float64Array, truth: Float64Array): number {
  const order = Array.from(truth.keys()).sort((a, b) => (predictions[a] as number) - (predictions[b] as number));
  let zeros = 0;
  let ones = 0;
  let area = 0;
  for (let from = 0; from < order.length; ) {
    let to = from;
    let tiedOnes = 0;
    while (to < order.length && predictions[order[to] as number] === predictions[order[from] as number])
      tiedOnes += truth[order[to++] as number] as number;
    const tiedZeros = to - from - tiedOnes;
    area += tiedOnes * (zeros + tiedZeros / 2);
    zeros += tiedZeros;
    ones += tiedOnes;
    from = to;
  }
  return area / (zeros * ones);
}
