/**
 * Claim: forests are as good as LightGBM's on the same rows with the same parameters, within .005 AUC or 1% of the loss.
 *
 * node bench/forest-quality.ts FILE…   public tables named in forest-quality.fixture.ts; without one, the bundled loans.
 * LightGBM runs in one thread in an environment that is made under .cache/. Prints the mean of each side over the runs of
 * a trial, the ratio, the seconds of training, and a hash of our predictions; writes bench/results/forest-quality.json.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { binTable, createScorer, trainForest } from "@megalith/forest";
import { bundledFile, measure, type Run, type Trial, trialsOf } from "./forest-quality.fixture.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const exchange = join(root, `.cache/forest-quality-${process.pid}`);
const python = join(root, ".cache/forest-rival/bin/python");
const rivalVersion = "4.6.0";

interface Side {
  readonly score: number;
  readonly seconds: number;
  readonly predictions: readonly Float64Array[];
}

function prepareRival(): void {
  if (existsSync(python)) return;
  console.error("Making the environment of LightGBM …");
  execFileSync("python3", ["-m", "venv", join(root, ".cache/forest-rival")], { stdio: "inherit" });
  const install = ["-m", "pip", "install", "--quiet", `lightgbm==${rivalVersion}`, "numpy", "scipy"];
  execFileSync(python, install, { stdio: ["ignore", "inherit", "inherit"] });
}

function trainRival(trial: Trial): Side {
  mkdirSync(exchange, { recursive: true });
  const plain = (_: string, value: unknown): unknown => (ArrayBuffer.isView(value) ? Array.from(value as Float64Array) : value);
  writeFileSync(join(exchange, "trial.json"), JSON.stringify(trial, plain));
  execFileSync(python, [join(root, "bench/rivals/lightgbm_quality.py"), exchange], { stdio: ["ignore", "inherit", "inherit"] });
  const answer = JSON.parse(readFileSync(join(exchange, "answer.json"), "utf8")) as {
    runs: { seconds: number; predictions: number[] }[];
  };
  const predictions = answer.runs.map((run) => Float64Array.from(run.predictions));
  return { predictions, score: meanScore(trial, predictions), seconds: answer.runs.reduce((sum, run) => sum + run.seconds, 0) };
}

function trainOurs(trial: Trial): Side {
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
  const seconds = (performance.now() - startedAt - predictMs) / 1000;
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

function compare(trial: Trial): Record<string, unknown> & { readonly holds: boolean } {
  const ours = trainOurs(trial);
  const rival = trainRival(trial);
  const hash = createHash("sha256");
  for (const prediction of ours.predictions) hash.update(new Uint8Array(prediction.buffer));
  const ratio = ours.score / rival.score;
  const holds = trial.metric === "auc" ? ours.score >= rival.score - 0.005 : ratio <= 1.01;
  const digest = hash.digest("hex").slice(0, 16);
  console.log(
    `${trial.name}: ${trial.metric} ${ours.score.toFixed(4)}, LightGBM ${rival.score.toFixed(4)}, ratio ${ratio.toFixed(4)}; ` +
      `${trial.runs.length} runs in ${ours.seconds.toFixed(1)} s against ${rival.seconds.toFixed(1)} s; ${digest}${holds ? "" : "; DOES NOT HOLD"}`,
  );
  const { name, metric, runs } = trial;
  const seconds = { ours: ours.seconds, lightgbm: rival.seconds };
  return {
    name,
    metric,
    runs: runs.length,
    parameters: runs[0]?.parameters,
    ours: ours.score,
    lightgbm: rival.score,
    ratio,
    seconds,
    digest,
    holds,
  };
}

const files = process.argv.slice(2);
prepareRival();
const trials = (files.length > 0 ? files : [join(root, bundledFile)]).flatMap(trialsOf).map(compare);
rmSync(exchange, { recursive: true });
const commit = execFileSync("git", ["rev-parse", "HEAD"], { cwd: root, encoding: "utf8" }).trim();
const machine = { processor: cpus()[0]?.model, cores: cpus().length, node: process.version };
mkdirSync(join(root, "bench/results"), { recursive: true });
writeFileSync(
  join(root, "bench/results/forest-quality.json"),
  `${JSON.stringify({ commit, machine, lightgbm: rivalVersion, trials }, null, 2)}\n`,
);
process.exitCode = trials.every(({ holds }) => holds) ? 0 : 1;
