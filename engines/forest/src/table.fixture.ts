/**
 * Random tables for tests: numbers with ties and missing cells, a flag, a few and many categories, and a target that
 * depends on them.
 */
import type { FeatureColumn, TrainingData } from "./data.ts";
import type { ForestTask } from "./forest.ts";
import { defaultTrainParameters, type TrainParameters } from "./parameters.ts";
import { createRandom } from "./random.ts";

export interface TableOptions {
  readonly seed: number;
  readonly rows: number;
  readonly task?: ForestTask;
  readonly classes?: number;
  readonly weighted?: boolean;
}

export const smallParameters: TrainParameters = {
  ...defaultTrainParameters,
  rounds: 6,
  leaves: 8,
  rate: 0.3,
  minRows: 2,
  catSmooth: 1,
  catL2: 1,
  bins: 32,
};

export function randomTable({ seed, rows, task = "regression", classes = 3, weighted = false }: TableOptions): TrainingData {
  const random = createRandom(seed);
  const missing = (share: number, value: number): number => (random.next() < share ? Number.NaN : value);
  const fill = (make: () => number): Float64Array => Float64Array.from({ length: rows }, make);
  const whole = (count: number): number => Math.floor(random.next() * count);
  const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `c${index}`);
  const columns: FeatureColumn[] = [
    { name: "amount", kind: "numeric", values: fill(() => missing(0.2, random.next() * 10 - 5)) },
    { name: "score", kind: "numeric", values: fill(() => whole(6)) },
    { name: "flag", kind: "boolean", values: fill(() => missing(0.1, whole(2))) },
    { name: "when", kind: "date", values: fill(() => 1_700_000_000_000 + whole(50) * 86_400_000) },
    { name: "few", kind: "category", categories: names(3), values: fill(() => missing(0.1, whole(3))) },
    { name: "many", kind: "category", categories: names(40), values: fill(() => missing(0.1, Math.floor(random.next() ** 2 * 36))) },
  ];
  const signal = (row: number): number => {
    const at = (index: number): number => columns[index]?.values[row] ?? 0;
    const amount = Number.isNaN(at(0)) ? 1.5 : at(0);
    return amount * (at(1) > 2 ? 1 : -0.5) + (at(4) === 1 ? 2 : 0) + Math.sin(at(5) * 3) * 2 + random.next();
  };
  const raw = Float64Array.from({ length: rows }, (_, row) => {
    const value = signal(row);
    return Number.isNaN(value) ? 0.25 : value;
  });
  const target = task === "regression" ? raw : raw.map((value, row) => (row < classes ? row : Math.floor(Math.abs(value)) % classes));
  const weight = weighted ? fill(() => whole(4)) : undefined;
  const binaryTarget = task === "binary" ? target.map((value) => (value > 0 ? 1 : 0)) : target;
  return {
    columns,
    target: binaryTarget,
    ...(task === "multiclass" ? { classCount: classes } : {}),
    ...(weight === undefined ? {} : { weight }),
  };
}

export function rowOf(data: TrainingData, row: number): Float64Array {
  return Float64Array.from(data.columns, (column) => column.values[row] as number);
}
