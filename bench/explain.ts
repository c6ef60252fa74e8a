/**
 * Claim: all reasons of one row of 100 trees x 31 leaves x 28 columns in a fifth of the time of LightGBM's pred_contrib.
 *
 * One row a call, as a server asks (LightGBM's figure holds Python's call); as a batch the ratio is smaller, and printed too.
 *
 * `node bench/explain.ts [rounds]`: the kernel, its TypeScript twin and LightGBM (one thread) in turn on the same rows;
 * LightGBM trained its own forest on them, of as many trees and leaves. Writes bench/results/explain.json.
 */
import { createExplainer } from "@megalith/forest";
import { startTwin } from "../engines/forest/src/explain-kernel.ts";
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

export function measureExplaining(shape: Shape, { rows, forest }: Prepared): { measure: () => Figures; reasons: Float64Array } {
  const kernel = createExplainer(forest);
  const twin = createExplainer(forest, startTwin);
  const row = new Float64Array(shape.columns);
  const out = new Float64Array(shape.columns);
  const reasons = new Float64Array(shape.asked * shape.columns);
  const oneByOne = (side: typeof kernel) => () => {
    for (let index = 0; index < shape.asked; index++) {
      for (let column = 0; column < shape.columns; column++) row[column] = rows[index * shape.columns + column] as number;
      side.explain(row, out);
    }
  };
  const measure = (): Figures => ({
    explainRow: microsecondsOf(oneByOne(kernel), shape.asked),
    explainRows: microsecondsOf(() => kernel.explainRows(rows, shape.asked, reasons), shape.asked),
    explainRowTwin: microsecondsOf(oneByOne(twin), shape.asked),
    createExplainer: microsecondsOf(() => void createExplainer(forest), 1),
  });
  return { measure, reasons };
}

if (import.meta.main) {
  const prepared = prepare(fullShape);
  const { measure, reasons } = measureExplaining(fullShape, prepared);
  const result = await alternate(fullShape, prepared, measure, Number(process.argv[2] ?? 7));
  const ratioOf = (name: string): number => (result.lightgbm[name]?.median ?? 0) / (result.ours[name]?.median ?? 1);
  writeResult(
    "explain",
    fullShape,
    { ratio: { explainRow: ratioOf("explainRow"), explainRows: ratioOf("explainRows") }, ...result },
    reasons,
  );
}
