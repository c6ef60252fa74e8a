import assert from "node:assert/strict";
import { test } from "node:test";
import { type Outcome, type OutcomeTarget, problemOfOutcome } from "./outcome.ts";

function taken(of: Omit<OutcomeTarget, "target">, values: readonly Outcome[]): Outcome[] {
  return values.filter((value) => problemOfOutcome(value, { ...of, target: "outcome" }, "/value") === undefined);
}

test("a label of a binary target is one of its two values, or no and yes where that cannot be misread", () => {
  const noAndYes = [0, 1, "0", "1", true, false, "true", "false"];
  const asked = [...noAndYes, "good", "bad", "maybe", 2, "2", "", -1, 0.5];
  assert.deepEqual(taken({ task: "binary", classes: ["good", "bad"] }, asked), [...noAndYes, "good", "bad"]);
  assert.deepEqual(taken({ task: "binary", classes: ["0", "1"] }, asked), noAndYes);
  assert.deepEqual(taken({ task: "binary", classes: ["false", "true"] }, asked), noAndYes);
  assert.deepEqual(taken({ task: "binary", classes: ["1", "2"] }, asked), [1, "1", 2, "2"], "1 is a class here and not yes");
});

test("a label of many classes is one of them, and one of a regression a number; what would be right is said", () => {
  assert.deepEqual(taken({ task: "multiclass", classes: ["3", "red"] }, [3, "3", "red", "Red", true, 1]), [3, "3", "red"]);
  assert.deepEqual(taken({ task: "regression", classes: [] }, [3, -0.5, "3", true]), [3, -0.5]);
  const classes = Array.from({ length: 40 }, (_, index) => `class ${index}`);
  const told = problemOfOutcome("x".repeat(200), { task: "multiclass", classes, target: "kind" }, "/labels/3/value");
  assert.equal(told?.path, "/labels/3/value");
  assert.match(told?.expected ?? "", /^one of class 0, .*class 11, …$/);
  assert.ok((told?.message.length ?? 0) < 200);
});
