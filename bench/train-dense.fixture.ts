/**
 * The rows of train-dense.ts: generated from a seed, whole float32 numbers, so that every library reads the same values.
 *
 * A smooth part, products of neighbours (with main effects: a greedy tree finds a pure product by luck alone) and steps decide
 * a log-odds; labels are drawn from it, so no forest can be perfect.
 * The last `testRows` rows are held out.
 */
import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { defaultTrainParameters, type FeatureColumn, type TrainParameters } from "@megalith/forest";

export interface DenseShape {
  readonly rows: number;
  readonly testRows: number;
  readonly columns: number;
  readonly trees: number;
  readonly leaves: number;
}

export const fullShape: DenseShape = { rows: 900_000, testRows: 100_000, columns: 28, trees: 100, leaves: 255 };
export const smallShape: DenseShape = { rows: 3_000, testRows: 1_000, columns: 28, trees: 10, leaves: 15 };

export interface DenseTable {
  readonly columns: readonly FeatureColumn[];
  readonly target: Float64Array;
}

export function parametersOf(shape: DenseShape, seed: number): TrainParameters {
  return { ...defaultTrainParameters, rounds: shape.trees, leaves: shape.leaves, rate: 0.1, minRows: 20, bins: 255, seed };
}

/** f32[columns + 1][rows + testRows] one after another, the label last. */
export function writeTable(path: string, shape: DenseShape, seed: number): void {
  const rowCount = shape.rows + shape.testRows;
  const columns = Array.from({ length: shape.columns }, (_, index) => {
    const next = generator(seed * 1_000 + index);
    return Float32Array.from({ length: rowCount }, () => next() + next() + next());
  });
  const next = generator(seed * 1_000 + 999);
  const label = new Float32Array(rowCount);
  for (let row = 0; row < rowCount; row++) {
    const cell = (column: number): number => (columns[column % shape.columns] as Float32Array)[row] as number;
    let odds = 1.5 * Math.sin(2 * cell(0)) + cell(1) - 0.5 * cell(2) ** 2;
    for (let column = 3; column < 16; column += 2) odds += 0.4 * (cell(column) + 0.7) * (cell(column + 1) - 0.7) + 0.2;
    for (let column = 16; column < 22; column++) odds += cell(column) > 0.3 ? 0.8 : -0.4;
    label[row] = 1 / (1 + Math.exp(-1.3 * odds)) > (next() + 1) / 2 ? 1 : 0;
  }
  const file = openSync(path, "w");
  try {
    for (const values of [...columns, label]) writeSync(file, new Uint8Array(values.buffer));
  } finally {
    closeSync(file);
  }
}

export function readTable(path: string, shape: DenseShape): DenseTable {
  const bytes = readFileSync(path);
  const rowCount = shape.rows + shape.testRows;
  const valuesOf = (index: number): Float64Array =>
    Float64Array.from(new Float32Array(bytes.buffer, bytes.byteOffset + index * rowCount * 4, rowCount));
  const columns = Array.from({ length: shape.columns }, (_, index) => ({
    name: `x${index}`,
    kind: "numeric" as const,
    values: valuesOf(index),
  }));
  return { columns, target: valuesOf(shape.columns) };
}

/** Uniform in [-1, 1), by a 32-bit mixer over a counter. */
function generator(seed: number): () => number {
  let state = Math.imul(seed + 1, 0x9e3779b9);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 31 - 1;
  };
}
