/**
 * Claim: on 900,000 rows x 28 columns our forest is as good as LightGBM's with the same parameters, within .0003 AUC; how
 * long both take is printed as a ratio.
 *
 * node bench/train-dense.ts [--seeds N] [--rows N] [--threads 1,2] [--rivals A,B] [--engine]
 * Sides train in turn on the same rows, one after another, for each seed and number of threads; ours in this process, the
 * rivals in one of their own. Seconds of reading, binning and training stand apart, by the clock and of the processor (which
 * other work on the machine disturbs less). `--engine` trains ours alone. Writes bench/results/train-dense.json.
 */
import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { binTable, createScorer, encodeForest, trainForest } from "@megalith/forest";
import { startWorker } from "../engines/forest/src/team.fixture.ts";
import { prepareRivals } from "../tools/rivals.ts";
import { measure } from "./forest-quality.fixture.ts";
import { type DenseShape, type DenseTable, fullShape, parametersOf, readTable, writeTable } from "./train-dense.fixture.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const exchange = join(root, `.cache/train-dense-${process.pid}`);

type Seconds = Readonly<Record<"read" | "bin" | "train", number>>;

interface Training {
  readonly seconds: Seconds;
  readonly processor: Seconds;
  readonly auc: number;
  /** Of our forest's bytes. */
  readonly digest?: string;
}

export function trainOurs(path: string, shape: DenseShape, seed: number, threads = 1): Training {
  const seconds = { read: 0, bin: 0, train: 0 };
  const processor = { read: 0, bin: 0, train: 0 };
  const timed = <Result>(part: keyof Seconds, work: () => Result): Result => {
    const startedAt = performance.now();
    const used = process.cpuUsage();
    const result = work();
    const { user, system } = process.cpuUsage(used);
    seconds[part] = (performance.now() - startedAt) / 1e3;
    processor[part] = (user + system) / 1e6;
    return result;
  };
  const table = timed("read", () => readTable(path, shape));
  const parameters = parametersOf(shape, seed);
  const rowIndex = Int32Array.from({ length: shape.rows }, (_, row) => row);
  const binned = timed("bin", () => binTable(table.columns, parameters.bins, rowIndex));
  const options = threads > 1 ? { binned, startThread: startWorker } : { binned };
  const { forest } = timed("train", () => trainForest("binary", { ...table, rowIndex }, parameters, options));
  const held = table.columns.map(({ values }) => values.subarray(shape.rows));
  const predictions = new Float64Array(shape.testRows);
  createScorer(forest).rawScoreColumns(held, shape.testRows, predictions);
  const digest = createHash("sha256").update(encodeForest(forest)).digest("hex").slice(0, 16);
  return { seconds, processor, auc: heldOutAuc(table, shape, predictions), digest };
}

function heldOutAuc({ target }: DenseTable, shape: DenseShape, predictions: Float64Array): number {
  const test = Int32Array.from({ length: shape.testRows }, (_, row) => shape.rows + row);
  return measure({ metric: "auc", target }, { test }, predictions);
}

async function startRivals(shape: DenseShape) {
  const { python } = await prepareRivals();
  const child = spawn(python, [join(root, "bench/rivals/train_dense.py"), exchange], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async (): Promise<unknown> => {
    const { value, done } = await lines.next();
    if (done) throw new Error("the rivals ended early");
    return JSON.parse(value);
  };
  const versions = (await answer()) as Readonly<Record<string, string>>;
  return {
    versions,
    async train(rival: string, threads: number, seed: number): Promise<Training> {
      child.stdin.write(`${JSON.stringify({ rival, threads, seed })}\n`);
      const { seconds, processor } = (await answer()) as Pick<Training, "seconds" | "processor">;
      const bytes = readFileSync(join(exchange, "predictions.bin"));
      const predictions = new Float64Array(bytes.buffer, bytes.byteOffset, shape.testRows);
      return { seconds, processor, auc: heldOutAuc(readTable(join(exchange, "table.bin"), shape), shape, predictions) };
    },
    stop: (): void => void child.stdin.end(),
  };
}

export interface Row extends Training {
  readonly side: string;
  readonly threads: number;
  readonly seed: number;
}

function tell({ side, threads, seed, seconds, processor, auc, digest = "" }: Row): void {
  const parts = (["read", "bin", "train"] as const).map((part) => `${part} ${seconds[part].toFixed(2)} (${processor[part].toFixed(2)})`);
  console.log(`seed ${seed}, ${threads} threads, ${side}: ${parts.join(", ")} s; AUC ${auc.toFixed(5)} ${digest}`);
}

/** The median over the seeds; of an even number the mean of the middle two. */
function medianOf(rows: readonly Row[], side: string, threads: number, figure: (row: Row) => number): number {
  const sorted = rows
    .filter((row) => row.side === side && row.threads === threads)
    .map(figure)
    .sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** How many times ours each side takes. */
export function summaryOf(rows: readonly Row[], sides: readonly string[], threads: number) {
  const ours = (figure: (row: Row) => number): number => medianOf(rows, "ours", threads, figure);
  return Object.fromEntries(
    sides.map((side) => {
      const ratio = (figure: (row: Row) => number): number => Number((medianOf(rows, side, threads, figure) / ours(figure)).toFixed(3));
      const train = { train: ratio((row) => row.seconds.train), trainProcessor: ratio((row) => row.processor.train) };
      const binAndTrain = ratio((row) => row.seconds.bin + row.seconds.train);
      return [side, { ...train, bin: ratio((row) => row.seconds.bin), binAndTrain }];
    }),
  );
}

if (import.meta.main) {
  const text = { type: "string" } as const;
  const { values } = parseArgs({ options: { seeds: text, rows: text, threads: text, rivals: text, engine: { type: "boolean" } } });
  const shape = { ...fullShape, rows: Number(values.rows ?? fullShape.rows) };
  const sides = values.engine ? [] : (values.rivals ?? "lightgbm,lightgbm quantised,xgboost").split(",");
  const threadCounts = (values.threads ?? "1,2").split(",").map(Number);
  mkdirSync(exchange, { recursive: true });
  process.on("exit", () => rmSync(exchange, { recursive: true, force: true }));
  writeFileSync(join(exchange, "shape.json"), JSON.stringify(shape));
  const rivals = values.engine ? undefined : await startRivals(shape);
  const rows: Row[] = [];
  const add = (row: Row): void => {
    rows.push(row);
    tell(row);
  };
  for (let seed = 1; seed <= Number(values.seeds ?? 3); seed++) {
    const path = join(exchange, "table.bin");
    writeTable(path, shape, seed);
    for (const threads of threadCounts) {
      add({ side: "ours", threads, seed, ...trainOurs(path, shape, seed, threads) });
      for (const side of sides) if (rivals) add({ side, threads, seed, ...(await rivals.train(side, threads, seed)) });
    }
  }
  rivals?.stop();
  if (rivals !== undefined) {
    const ratio = Object.fromEntries(threadCounts.map((threads) => [`${threads} threads`, summaryOf(rows, sides, threads)]));
    const auc = (side: string): number => medianOf(rows, side, threadCounts[0] as number, (row) => row.auc);
    const holds = sides.every((side) => side !== "lightgbm" || auc("ours") >= auc(side) - 0.0003);
    const commit = execFileSync("git", ["rev-parse", "HEAD"], { cwd: root, encoding: "utf8" }).trim();
    const machine = { processor: cpus()[0]?.model, cores: cpus().length, node: process.version };
    const result = { commit, machine, versions: rivals.versions, shape, holds, ratio, trainings: rows };
    writeFileSync(join(root, "bench/results/train-dense.json"), `${JSON.stringify(result, null, 2)}\n`);
    console.log(JSON.stringify(ratio, null, 2), holds ? "holds" : "DOES NOT HOLD");
    process.exitCode = holds ? 0 : 1;
  }
}
