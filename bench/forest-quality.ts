/**
 * Claim: forests are as good as LightGBM's on the same rows with the same parameters, within .005 AUC or 1% of the loss.
 *
 * node bench/forest-quality.ts [--tables FOLDER] [FILE…]   Without FILE: the bundled loans, the tables that packages of
 * rivals/tables.txt carry, generated rows; with a folder also its other files that forest-quality.fixture.ts knows.
 * All in one thread. XGBoost, scikit-learn and CatBoost are reported on the same rows; the claim is about LightGBM. Prints
 * the mean of each side over the runs of a trial, the seconds of training, and a hash of our predictions.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { binTable, createScorer, trainForest } from "@megalith/forest";
import { prepareRivals } from "../tools/rivals.ts";
import { bundledFile, generatedTrials, knownFilesOf, measure, type Run, type Trial, tableOf, trialsOf } from "./forest-quality.fixture.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const exchange = join(root, `.cache/forest-quality-${process.pid}`);

interface Side {
  readonly score: number;
  readonly seconds: number;
}

interface OurSide extends Side {
  readonly predictions: readonly Float64Array[];
}

/** By name of the library. */
type RivalSides = Readonly<Record<string, Side & { readonly version: string }>>;

function trainRivals(python: string, trial: Trial): RivalSides {
  mkdirSync(exchange, { recursive: true });
  const plain = (_: string, value: unknown): unknown => (ArrayBuffer.isView(value) ? Array.from(value as Float64Array) : value);
  writeFileSync(join(exchange, "trial.json"), JSON.stringify(trial, plain));
  const env = { ...process.env, OMP_NUM_THREADS: "1" };
  execFileSync(python, [join(root, "bench/rivals/forest_quality.py"), exchange], { env, stdio: ["ignore", "inherit", "inherit"] });
  const answers = JSON.parse(readFileSync(join(exchange, "answer.json"), "utf8")) as Record<
    string,
    { version: string; runs: { seconds: number; predictions: number[] }[] }
  >;
  const sideOf = ({ version, runs }: (typeof answers)[string]) => {
    const predictions = runs.map((run) => Float64Array.from(run.predictions));
    return { version, score: meanScore(trial, predictions), seconds: rounded(runs.reduce((sum, run) => sum + run.seconds, 0)) };
  };
  return Object.fromEntries(Object.entries(answers).map(([name, answer]) => [name, sideOf(answer)]));
}

export function trainOurs(trial: Trial): OurSide {
  const startedAt = performance.now();
  let predictMs = 0;
  const bins = trial.runs[0]?.parameters.bins ?? 255;
  const binned = binTable(trial.columns, bins);
  const predictions = trial.runs.map((run) => {
    const { forest } = trainForest(trial.task, { ...trial, rowIndex: run.train }, run.parameters, { binned });
    const trainedAt = performance.now();
    const answers = predict(trial, run, createScorer(forest), forest.outputs);
    predictMs += performance.now() - trainedAt;
    return answers;
  });
  const seconds = rounded((performance.now() - startedAt - predictMs) / 1000);
  return { predictions, score: meanScore(trial, predictions), seconds };
}

function predict(trial: Trial, run: Run, scorer: ReturnType<typeof createScorer>, outputs: number): Float64Array {
  const row = new Float64Array(trial.columns.length);
  const out = new Float64Array(outputs);
  const answers = new Float64Array(run.test.length * outputs);
  run.test.forEach((index, position) => {
    for (let column = 0; column < row.length; column++) row[column] = trial.columns[column]?.values[index] as number;
    scorer.rawScore(row, out);
    scorer.probability(out, out);
    answers.set(out, position * outputs);
  });
  return answers;
}

function meanScore(trial: Trial, predictions: readonly Float64Array[]): number {
  const scores = trial.runs.map((run, index) => measure(trial, run, predictions[index] as Float64Array));
  return scores.reduce((sum, score) => sum + score, 0) / scores.length;
}

function rounded(seconds: number): number {
  return Math.round(seconds * 100) / 100;
}

function compare(trial: Trial, python: string) {
  const { predictions, ...ours } = trainOurs(trial);
  const rivals = trainRivals(python, trial);
  const lightgbm = rivals.lightgbm?.score ?? Number.NaN;
  const holds = trial.metric === "auc" ? ours.score >= lightgbm - 0.005 : ours.score <= lightgbm * 1.01;
  const hash = createHash("sha256");
  for (const prediction of predictions) hash.update(new Uint8Array(prediction.buffer));
  const digest = hash.digest("hex").slice(0, 16);
  const sides = Object.entries({ ours, ...rivals }).map(([name, side]) => `${name} ${side.score.toFixed(4)} in ${side.seconds} s`);
  console.log(
    `${trial.name}: ${trial.metric} over ${trial.runs.length} runs: ${sides.join(", ")}; ${digest}${holds ? "" : "  DOES NOT HOLD"}`,
  );
  const { name, metric, runs } = trial;
  const shape = { rows: trial.target.length, columns: trial.columns.length, runs: runs.length };
  return { name, metric, ...shape, parameters: runs[0]?.parameters, ratio: ours.score / lightgbm, digest, holds, ours, ...rivals };
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({ options: { tables: { type: "string" } }, allowPositionals: true });
  process.on("exit", () => rmSync(exchange, { recursive: true, force: true }));
  const rivals = await prepareRivals();
  const registry = [join(root, bundledFile), ...knownFilesOf(rivals.tables)];
  const named = values.tables === undefined ? [] : knownFilesOf(values.tables);
  const files =
    positionals.length > 0
      ? positionals
      : [...registry, ...named.filter((file) => !registry.some((own) => tableOf(own) === tableOf(file)))];
  const generated = positionals.length > 0 ? [] : generatedTrials(20_000);
  const trials = [...files.values().flatMap(trialsOf), ...generated].map((trial) => compare(trial, rivals.python));
  const commit = execFileSync("git", ["rev-parse", "HEAD"], { cwd: root, encoding: "utf8" }).trim();
  const machine = { processor: cpus()[0]?.model, cores: cpus().length, node: process.version };
  mkdirSync(join(root, "bench/results"), { recursive: true });
  writeFileSync(join(root, "bench/results/forest-quality.json"), `${JSON.stringify({ commit, machine, trials }, null, 2)}\n`);
  process.exitCode = trials.every(({ holds }) => holds) ? 0 : 1;
}
