import assert from "node:assert/strict";
import { test } from "node:test";
import type { Problem } from "@megalith/contract";
import { type PriceChange, planAfter } from "./published-service.ts";

/** The plan after the change, or what is wrong with it. */
function after(change: PriceChange, current?: string | null): string | null {
  const problems: Problem[] = [];
  const plan = planAfter(change, current, problems);
  return problems[0] === undefined ? plan : `${problems[0].path} ${problems[0].code}`;
}

test("a service is free because somebody said so, never because a plan was left out", () => {
  assert.equal(after({}), "/plan required");
  assert.equal(after({ plan: null }), "/plan required");
  assert.equal(after({ free: false }), "/plan required");
  assert.equal(after({ free: true }), null);
  assert.equal(after({ plan: "standard" }), "standard");
  assert.equal(after({ plan: "standard", free: false }), "standard");
  assert.equal(after({ plan: "standard", free: true }), "/free clash");
});

test("a change that says nothing of the price leaves it, and one that takes a plan away says free", () => {
  assert.equal(after({}, "standard"), "standard");
  assert.equal(after({ free: false }, "standard"), "standard");
  assert.equal(after({ plan: null }, "standard"), "/plan required");
  assert.equal(after({ free: true }, "standard"), null);
  assert.equal(after({}, null), null);
  assert.equal(after({ plan: null }, null), null, "services of earlier releases go on being free");
  assert.equal(after({ free: false }, null), "/plan required");
  assert.equal(after({ plan: "dearer" }, null), "dearer");
});
