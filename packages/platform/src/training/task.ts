/**
 * What is learned: the task and the target as numbers, inferred from the column and correctable.
 *
 * Binary: the positive class is the rarer of two texts, or 1 of 0/1, or true. Rows without a target are left out.
 */
import { MegalithError, type MessageValues, type ProblemWord, problem } from "@megalith/contract";
import type { ForestTask } from "@megalith/forest";
import type { TableColumn } from "../tables/index.ts";

export interface Target {
  readonly task: ForestTask;
  /** [rows]; NaN where the target is missing. */
  readonly values: Float64Array;
  /** Names of the classes in the order of their index; of binary: negative, positive. */
  readonly classes: readonly string[];
  readonly positive: string | null;
  readonly missing: number;
}

export interface TargetChoice {
  readonly task?: ForestTask | undefined;
  readonly positive?: string | undefined;
}

const classLimit = 100;

/** @throws MegalithError "training.target_invalid". */
export function readTarget(column: TableColumn, choice: TargetChoice = {}): Target {
  const { values } = column;
  const missing = values.reduce((count, value) => count + Number(Number.isNaN(value)), 0);
  const counts = new Map<number, number>();
  for (const value of values) if (!Number.isNaN(value) && counts.size <= classLimit) counts.set(value, (counts.get(value) ?? 0) + 1);
  const task = choice.task ?? inferTask(column, counts);
  if (task === "regression") {
    if (column.kind === "category") refuse(column.name, "targetText");
    if (counts.size < 2) refuse(column.name, "targetConstant");
    return { task, values, classes: [], positive: null, missing };
  }
  const raw = [...counts.keys()].sort((a, b) => a - b);
  if (raw.length < 2) refuse(column.name, "targetOneClass");
  if (task === "binary" && raw.length > 2) refuse(column.name, "targetNotBinary", { count: raw.length });
  if (raw.length > classLimit) refuse(column.name, "targetManyClasses", { limit: classLimit });
  const ordered = task === "binary" ? orderBinary(column, raw, counts, choice.positive) : raw;
  const index = new Map(ordered.map((value, position) => [value, position]));
  const classes = ordered.map((value) => nameOf(column, value));
  return {
    task,
    values: values.map((value) => index.get(value) ?? Number.NaN),
    classes,
    positive: task === "binary" ? (classes[1] ?? null) : null,
    missing,
  };
}

/**
 * The target of other rows in the classes that were learned, told apart by name: codes of another table mean nothing here.
 * @throws MegalithError "training.target_invalid" for a class that was not learned, or no value at all.
 */
export function readTruth(column: TableColumn, learned: Pick<Target, "task" | "classes">): Float64Array {
  if (learned.task === "regression" && column.kind === "category") refuse(column.name, "targetTextMeasured");
  const index = new Map(learned.classes.map((name, position) => [name, position]));
  const truth = column.values.map((value) => {
    if (Number.isNaN(value) || learned.task === "regression") return value;
    const name = nameOf(column, value);
    return index.get(name) ?? refuse(column.name, "targetClassUnknown", { name, right: learned.classes.slice(0, 12).join(", ") });
  });
  if (truth.every((value) => Number.isNaN(value))) refuse(column.name, "targetUnmeasured");
  return truth;
}

function inferTask(column: TableColumn, counts: ReadonlyMap<number, number>): ForestTask {
  if (counts.size === 2) return "binary";
  if (column.kind === "category" || column.kind === "boolean") return "multiclass";
  const whole = [...counts.keys()].every((value) => Number.isInteger(value));
  return whole && counts.size <= 10 && column.values.length >= counts.size * 20 ? "multiclass" : "regression";
}

function orderBinary(
  column: TableColumn,
  raw: readonly number[],
  counts: ReadonlyMap<number, number>,
  positive: string | undefined,
): number[] {
  const [low, high] = raw as [number, number];
  if (positive !== undefined) {
    const chosen = raw.find((value) => nameOf(column, value) === positive);
    if (chosen === undefined)
      refuse(column.name, "targetNoPositive", { name: positive, right: raw.map((value) => nameOf(column, value)).join(", ") });
    return chosen === low ? [high, low] : [low, high];
  }
  if (column.kind === "category" && (counts.get(low) ?? 0) < (counts.get(high) ?? 0)) return [high, low];
  return [low, high];
}

/** The class as people write it. */
export function nameOf(column: TableColumn, value: number): string {
  if (column.kind === "category") return column.categories?.[value] ?? "";
  if (column.kind === "boolean") return value === 1 ? "true" : "false";
  if (column.kind === "date") return new Date(value).toISOString();
  return String(value);
}

function refuse(column: string, word: ProblemWord, values: MessageValues = {}): never {
  const problems = [problem("/target", "target", word, { column, ...values })];
  throw new MegalithError("training.target_invalid", { values: { column }, problems });
}
