/**
 * What the benches of scoring and explaining share: one generated table, our forest on it, and LightGBM trained on the same
 * rows with as many trees and leaves (it cannot load our forest), asked in a process of its own.
 */
import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { defaultTrainParameters, type Forest, trainForest } from "@megalith/forest";
import { prepareRivals } from "../tools/rivals.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

export interface Shape {
  readonly rows: number;
  readonly columns: number;
  readonly trees: number;
  readonly leaves: number;
  /** Rows asked one by one. */
  readonly asked: number;
  readonly batch: number;
  readonly seed: number;
}

export const fullShape: Shape = { rows: 20_000, columns: 28, trees: 100, leaves: 31, asked: 300, batch: 10_000, seed: 7 };
export const smallShape: Shape = { ...fullShape, rows: 600, trees: 5, leaves: 8, asked: 20, batch: 200 };

export interface Prepared {
  readonly columns: readonly Float64Array[];
  /** f64[rows][columns] */
  readonly rows: Float64Array;
  readonly target: Float64Array;
  readonly forest: Forest;
}

/** Microseconds a row, by what was asked. */
export type Figures = Readonly<Record<string, number>>;

export function prepare(shape: Shape): Prepared {
  let state = shape.seed;
  const next = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state / 2 ** 32) * 2 - 1;
  };
  const columns = Array.from({ length: shape.columns }, () => Float64Array.from({ length: shape.rows }, next));
  const cell = (column: number, row: number): number => columns[column]?.[row] as number;
  const target = Float64Array.from({ length: shape.rows }, (_, row) => {
    let sum = next();
    for (let column = 1; column < shape.columns; column++) sum += cell(column, row) * (cell(column - 1, row) + 0.5);
    return sum > 0 ? 1 : 0;
  });
  const named = columns.map((values, index) => ({ name: `x${index}`, kind: "numeric" as const, values }));
  const parameters = { ...defaultTrainParameters, rounds: shape.trees, leaves: shape.leaves, rate: 0.1, minRows: 20 };
  const { forest } = trainForest("binary", { columns: named, target }, parameters);
  const rows = Float64Array.from({ length: shape.rows * shape.columns }, (_, at) =>
    cell(at % shape.columns, Math.floor(at / shape.columns)),
  );
  return { columns, rows, target, forest };
}

export function microsecondsOf(work: () => void, rows: number): number {
  const startedAt = performance.now();
  work();
  return ((performance.now() - startedAt) * 1000) / rows;
}

/** Asks both sides in turn, `rounds` times; the medians, and the smallest and largest of each. */
export async function alternate(shape: Shape, prepared: Prepared, ours: () => Figures, rounds: number) {
  const rival = await startRival(shape, prepared);
  const sides: { ours: Figures[]; lightgbm: Figures[] } = { ours: [], lightgbm: [] };
  try {
    ours();
    for (let round = 0; round < rounds; round++) {
      sides.ours.push(ours());
      sides.lightgbm.push(await rival.ask());
    }
  } finally {
    rival.stop();
  }
  return { lightgbmVersion: rival.version, ours: summary(sides.ours), lightgbm: summary(sides.lightgbm) };
}

export function summary(figures: readonly Figures[]): Record<string, { median: number; least: number; most: number }> {
  return Object.fromEntries(
    Object.keys(figures[0] ?? {}).map((name) => {
      const sorted = figures.map((figure) => Number((figure[name] as number).toFixed(2))).sort((a, b) => a - b);
      const at = (index: number): number => sorted[index] as number;
      return [name, { median: at(sorted.length >> 1), least: at(0), most: at(sorted.length - 1) }];
    }),
  );
}

async function startRival(shape: Shape, { columns, target }: Prepared) {
  const { python } = await prepareRivals();
  const exchange = join(root, `.cache/answer-rival-${process.pid}`);
  mkdirSync(exchange, { recursive: true });
  writeFileSync(join(exchange, "shape.json"), JSON.stringify(shape));
  writeFileSync(join(exchange, "table.bin"), Buffer.concat([...columns, target].map((values) => new Uint8Array(values.buffer))));
  const child = spawn(python, [join(root, "bench/rivals/explain.py"), exchange], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async (): Promise<Record<string, unknown>> => JSON.parse(String((await lines.next()).value)) as Record<string, unknown>;
  const { version } = await answer();
  rmSync(exchange, { recursive: true });
  return {
    version: String(version),
    ask: async (): Promise<Figures> => {
      child.stdin.write("round\n");
      return (await answer()) as Figures;
    },
    stop: (): void => {
      child.stdin.end();
    },
  };
}

export function writeResult(name: string, shape: Shape, result: object, bits: Float64Array): void {
  const commit = execFileSync("git", ["rev-parse", "HEAD"], { cwd: root, encoding: "utf8" }).trim();
  const hash = createHash("sha256").update(new Uint8Array(bits.buffer)).digest("hex");
  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version };
  const text = JSON.stringify({ unit: "microseconds a row", machine, commit, shape, hash, ...result }, null, 2);
  writeFileSync(join(root, `bench/results/${name}.json`), `${text}\n`);
  console.log(text);
}
