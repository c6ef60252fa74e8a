import assert from "node:assert/strict";
import { test } from "node:test";
import { steadyProgress } from "./steady-progress.ts";

test("the share that is told never goes back, whatever is done again or becomes longer", () => {
  const shares: number[] = [];
  const tell = steadyProgress((done, total) => shares.push(done / total));
  for (const [done, total] of [
    [0, 0],
    [1, 4],
    [3, 4],
    [1, 8],
    [7, 8],
    [9, 8],
  ] as const)
    tell(done, total, "x");
  assert.deepEqual(shares, [0.25, 0.75, 0.75, 0.875, 1]);
});
