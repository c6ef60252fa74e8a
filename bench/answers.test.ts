import assert from "node:assert/strict";
import { test } from "node:test";
import { prepare, smallShape, summary } from "./answer-rival.fixture.ts";
import { measureExplaining } from "./explain.ts";
import { measureScoring } from "./score.ts";

test("the benches of scores and reasons answer every row they time", () => {
  const prepared = prepare(smallShape);
  const explaining = measureExplaining(smallShape, prepared);
  const scoring = measureScoring(smallShape, prepared);
  for (const { measure } of [explaining, scoring])
    for (const { least, most } of Object.values(summary([measure(), measure()]))) assert.ok(least <= most);
  assert.ok(explaining.reasons.every(Number.isFinite) && explaining.reasons.some((value) => value !== 0));
  assert.ok(scoring.scores.every((score) => Number.isFinite(score) && score !== 0));
});
