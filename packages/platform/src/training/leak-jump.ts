/**
 * What a suspect tells together with the others: some columns know the answer only beside a second one, as the sum that was paid
 * does beside the sum that was lent.
 *
 * Cost: one small forest for the others and one a suspect, each on a few thousand rows and the strongest twenty columns (about 0.1 s).
 */
import { createScorer, defaultTrainParameters, trainForest } from "@megalith/forest";
import type { TableColumn } from "../tables/index.ts";
import { auc } from "./metrics.ts";

const rowLimit = 8_000;
const parameters = { ...defaultTrainParameters, rounds: 40, leaves: 8, rate: 0.15 } as const;

export interface Sample {
  readonly rows: Int32Array;
  /** [rows]; 0 or 1. */
  readonly truth: Float64Array;
}

/** @returns how much the AUC on rows that were not learned from rises when each suspect joins the others. */
export function jumpsOf(suspects: readonly TableColumn[], others: readonly TableColumn[], sample: Sample): number[] {
  if (suspects.length === 0) return [];
  const step = Math.max(1, sample.rows.length / rowLimit);
  const places = Int32Array.from({ length: Math.floor(sample.rows.length / step) }, (_, index) => Math.floor(index * step));
  const learn = places.filter((_, index) => index % 2 === 0);
  const ask = places.filter((_, index) => index % 2 === 1);
  const alone = heldOutAuc(others, sample, learn, ask);
  return suspects.map((suspect) => heldOutAuc([...others, suspect], sample, learn, ask) - alone);
}

function heldOutAuc(columns: readonly TableColumn[], { rows, truth }: Sample, learn: Int32Array, ask: Int32Array): number {
  const target = Float64Array.from(learn, (place) => truth[place] as number);
  const hits = target.reduce((sum, value) => sum + value, 0);
  if (columns.length === 0 || hits < 10 || hits > target.length - 10) return 0.5;
  const taken = columns.map((column) => ({
    ...column,
    values: Float64Array.from(learn, (place) => column.values[rows[place] as number] as number),
  }));
  const scorer = createScorer(trainForest("binary", { columns: taken, target }, parameters, {}).forest);
  const row = new Float64Array(columns.length);
  const raw = new Float64Array(1);
  const scores = Float64Array.from(ask, (place) => {
    columns.forEach((column, index) => {
      row[index] = column.values[rows[place] as number] as number;
    });
    scorer.rawScore(row, raw);
    return raw[0] as number;
  });
  const value = auc(
    Float64Array.from(ask, (place) => truth[place] as number),
    scores,
  );
  return Number.isNaN(value) ? 0.5 : value;
}
