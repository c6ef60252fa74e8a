/**
 * What a training is given, and the checks that come before it.
 *
 * Shapes: values f64[rows] per column, target f64[rows], weight f64[rows], rowIndex i32[rows used].
 */
import { ForestError } from "./error.ts";
import { type ForestFeature, type ForestTask, forestLimits } from "./forest.ts";

export interface FeatureColumn extends ForestFeature {
  /** NaN is missing; a category is its code, 0 to categories.length - 1. */
  readonly values: Float64Array;
}

export interface TrainingData {
  readonly columns: readonly FeatureColumn[];
  /** binary: 0 or 1; multiclass: class index; regression: the value. */
  readonly target: Float64Array;
  /** Multiclass only; the largest class index + 1 when left out. */
  readonly classCount?: number;
  /** At least 0; a row of weight 0 counts as absent, one of weight 2 as twice there. */
  readonly weight?: Float64Array;
  /** Train on these rows only, so that folds copy nothing. */
  readonly rowIndex?: Int32Array;
}

/** Magnitude beyond which squares of gradients would overflow. */
const largestTarget = 1e100;
const kinds: readonly string[] = ["numeric", "boolean", "date", "category"];

/** The rows that count: those of rowIndex (or all) with a weight above 0, in their order. */
export function rowsOf(data: TrainingData): Int32Array {
  const { target, weight, rowIndex } = data;
  const all = rowIndex ?? Int32Array.from({ length: target.length }, (_, row) => row);
  return weight === undefined ? all.slice() : all.filter((row) => (weight[row] as number) > 0);
}

export function classCountOf(task: ForestTask, data: TrainingData): number {
  if (task === "regression") return 0;
  if (task === "binary") return 2;
  if (data.classCount !== undefined) return data.classCount;
  let most = 1;
  for (const value of data.target) if (value > most) most = value;
  return most + 1;
}

export function checkColumns(columns: readonly FeatureColumn[]): void {
  const problems: string[] = [];
  if (columns.length === 0) problems.push("there is no column to learn from");
  if (columns.length > forestLimits.features) problems.push(`there are ${columns.length} columns; the limit is ${forestLimits.features}`);
  const names = new Set<string>();
  const rowCount = columns[0]?.values.length ?? 0;
  for (const column of columns) {
    if (names.has(column.name)) problems.push(`two columns are named ${column.name}`);
    names.add(column.name);
    if (!kinds.includes(column.kind)) problems.push(`column ${column.name} has the unknown kind ${column.kind}`);
    if (column.values.length !== rowCount)
      problems.push(`column ${column.name} has ${column.values.length} rows, the first has ${rowCount}`);
    if (column.kind === "category") checkCategories(column, problems);
  }
  if (problems.length > 0) throw new ForestError("forest.data_invalid", problems);
}

function checkCategories(column: FeatureColumn, problems: string[]): void {
  const count = column.categories?.length;
  if (count === undefined) problems.push(`column ${column.name} is a category without a list of categories`);
  else if (count > forestLimits.categories)
    problems.push(`column ${column.name} has ${count} categories; the limit is ${forestLimits.categories}`);
  else {
    const wrong = column.values.findIndex((value) => !Number.isNaN(value) && !(value >= 0 && value < count && Number.isInteger(value)));
    if (wrong >= 0) problems.push(`column ${column.name}, row ${wrong}: ${column.values[wrong]} is no code from 0 to ${count - 1}`);
  }
}

export function checkData(task: ForestTask, data: TrainingData, what: "training" | "validation"): void {
  checkColumns(data.columns);
  const problems: string[] = [];
  const rowCount = data.columns[0]?.values.length ?? 0;
  if (data.target.length !== rowCount) problems.push(`the ${what} target has ${data.target.length} rows, the columns have ${rowCount}`);
  if (data.weight !== undefined) checkWeight(data.weight, rowCount, problems);
  if (data.rowIndex !== undefined) checkRowIndex(data.rowIndex, rowCount, what, problems);
  const classes = data.classCount;
  if (task === "multiclass" && classes !== undefined && !(Number.isInteger(classes) && classes >= 2 && classes <= forestLimits.classes))
    problems.push(`the number of classes must be from 2 to ${forestLimits.classes}`);
  if (problems.length > 0) throw new ForestError("forest.data_invalid", problems);
  const rows = rowsOf(data);
  if (rows.length === 0) throw new ForestError("forest.data_invalid", [`there is no ${what} row`]);
  checkTarget(task, data, rows, what);
}

function checkWeight(weight: Float64Array, rowCount: number, problems: string[]): void {
  if (weight.length !== rowCount) problems.push(`there are ${weight.length} weights for ${rowCount} rows`);
  const wrong = weight.findIndex((value) => value !== 0 && !(value >= 1e-30 && value <= 1e30));
  if (wrong >= 0) problems.push(`the weight of row ${wrong} is ${weight[wrong]}; it must be 0, or from 1e-30 to 1e30`);
}

function checkRowIndex(rowIndex: Int32Array, rowCount: number, what: string, problems: string[]): void {
  const seen = new Uint8Array(rowCount);
  for (const row of rowIndex) {
    if (row < 0 || row >= rowCount) problems.push(`the ${what} row index ${row} is outside 0 to ${rowCount - 1}`);
    else if (seen[row] === 1) problems.push(`the ${what} row index ${row} is there twice; use a weight of 2`);
    else seen[row] = 1;
    if (problems.length > 0) return;
  }
}

function checkTarget(task: ForestTask, data: TrainingData, rows: Int32Array, what: string): void {
  const { target } = data;
  const most = task === "binary" ? 1 : (data.classCount ?? forestLimits.classes) - 1;
  for (const row of rows) {
    const value = target[row] as number;
    const right = task === "regression" ? Math.abs(value) <= largestTarget : Number.isInteger(value) && value >= 0 && value <= most;
    if (!right) {
      const expected = task === "regression" ? `a number within ±${largestTarget}` : `a whole number from 0 to ${most}`;
      throw new ForestError("forest.target_invalid", [`the ${what} target of row ${row} is ${value}; it must be ${expected}`]);
    }
  }
  if (what === "training" && task !== "regression" && rows.every((row) => target[row] === target[rows[0] as number]))
    throw new ForestError("forest.target_one_class", [`every training row has the class ${target[rows[0] as number]}; two are needed`]);
}
