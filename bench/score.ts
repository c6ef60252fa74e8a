/**
 * Claim: raw scores of 100 trees x 31 leaves x 28 columns faster than LightGBM's, one row and 10,000, in f64.
 *
 * `node bench/score.ts [rounds]`: the kernel, the TypeScript walk and LightGBM (one thread, through Python: its one-row
 * figure holds Python's call too) in turn on the same rows; LightGBM trained its own forest on them, of as many trees and
 * leaves. Writes bench/results/score.json.
 */
import { createScorer } from "@megalith/forest";
import {
  alternate,
  type Figures,
  fullShape,
  microsecondsOf,
  type Prepared,
  prepare,
  type Shape,
  writeResult,
} from "./answer-rival.fixture.ts";

export function measureScoring(shape: Shape, { rows, columns, forest }: Prepared): { measure: () => Figures; scores: Float64Array } {
  const kernel = createScorer(forest);
  const walk = createScorer(forest, () => undefined);
  const row = new Float64Array(shape.columns);
  const out = new Float64Array(1);
  const scores = new Float64Array(shape.batch);
  const oneByOne = (side: typeof kernel) => () => {
    for (let index = 0; index < shape.batch; index++) {
      for (let column = 0; column < shape.columns; column++) row[column] = rows[index * shape.columns + column] as number;
      side.rawScore(row, out);
    }
  };
  const measure = (): Figures => ({
    scoreRow: microsecondsOf(oneByOne(kernel), shape.batch),
    scoreRows: microsecondsOf(() => kernel.rawScoreRows(rows, shape.batch, scores), shape.batch),
    scoreColumns: microsecondsOf(() => kernel.rawScoreColumns(columns, shape.batch, scores), shape.batch),
    scoreRowWalk: microsecondsOf(oneByOne(walk), shape.batch),
  });
  return { measure, scores };
}

if (import.meta.main) {
  const prepared = prepare(fullShape);
  const { measure, scores } = measureScoring(fullShape, prepared);
  const result = await alternate(fullShape, prepared, measure, Number(process.argv[2] ?? 7));
  const ratioOf = (name: string): number => (result.lightgbm[name]?.median ?? 0) / (result.ours[name]?.median ?? 1);
  writeResult("score", fullShape, { ratio: { scoreRow: ratioOf("scoreRow"), scoreRows: ratioOf("scoreRows") }, ...result }, scores);
}
