import assert from "node:assert/strict";
import { test } from "node:test";
import { backTo, type Place, placeOf, searchOf, stepOf } from "./place.ts";

const whole: Place = {
  table: "loans",
  target: "paid, or not",
  positive: "no & never",
  ignored: ["a,b", "ü=?"],
  job: "job_1",
  model: "loans",
};

test("what was chosen is read back from the address as it was", () => {
  assert.deepEqual(placeOf(new URLSearchParams(searchOf(whole).toString())), whole);
  assert.equal(searchOf({ ...placeOf(new URLSearchParams()), table: "slow" }).toString(), "table=slow");
});

test("a step that is behind is found again with what was chosen there, one that is not is none", () => {
  assert.equal(stepOf(whole), "service");
  const training = backTo("training", whole) as Place;
  assert.deepEqual([stepOf(training), training.job], ["training", "job_1"]);
  const columns = backTo("columns", whole) as Place;
  assert.deepEqual([stepOf(columns), columns.target, columns.ignored], ["columns", whole.target, whole.ignored]);
  assert.equal(stepOf(backTo("file", whole) as Place), "file");
  assert.equal(backTo("service", columns), undefined);
  assert.equal(backTo("training", { ...whole, job: null }), undefined);
});
