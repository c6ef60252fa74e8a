/** Task, evaluation, final fit and record encoder together. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { MegalithError, Problem } from "@megalith/contract";
import { createScorer, decodeForest } from "@megalith/forest";
import type { TableColumn, TableContent } from "../tables/index.ts";
import { planEvaluation } from "./evaluation.ts";
import { createRecordEncoder, type Target, trainModel } from "./index.ts";
import { intrusions } from "./loan-book.fixture.ts";
import { readTarget } from "./task.ts";

const parameters = { rounds: 8, leaves: 8 };
const numeric = (values: readonly number[]): TableColumn => ({ name: "y", kind: "numeric", values: Float64Array.from(values) });
const text = (values: readonly number[], categories: string[]): TableColumn => ({
  name: "y",
  kind: "category",
  categories,
  values: Float64Array.from(values),
});

test("the positive class is the rarer of two texts, 1 of 0 and 1, or the one that is named", () => {
  assert.equal(readTarget(text([0, 0, 1], ["good", "bad"])).positive, "bad");
  assert.equal(readTarget(text([0, 1, 1], ["bad", "good"])).positive, "bad");
  assert.equal(readTarget(numeric([1, 1, 1, 0])).positive, "1");
  assert.equal(readTarget(text([0, 0, 1], ["good", "bad"]), { positive: "good" }).positive, "good");
});

test("the task follows from the target and can be corrected", () => {
  const codes = Array.from({ length: 200 }, (_, index) => index % 4);
  assert.equal(readTarget(numeric(codes)).task, "multiclass");
  assert.equal(readTarget(numeric(codes), { task: "regression" }).task, "regression");
  assert.equal(readTarget(numeric(codes.map((code) => code + 0.5))).task, "regression");
  assert.equal(readTarget(text(codes, ["a", "b", "c", "d"])).task, "multiclass");
});

test("a target that cannot be learned is refused with what would be right", () => {
  const cases: [TableColumn, Parameters<typeof readTarget>[1]][] = [
    [numeric([1, 1, 1]), {}],
    [numeric([0, 1, 2]), { task: "binary" }],
    [text([0, 1], ["a", "b"]), { task: "regression" }],
    [text([0, 1], ["a", "b"]), { positive: "c" }],
  ];
  for (const [column, choice] of cases)
    assert.throws(
      () => readTarget(column, choice),
      (error: MegalithError) => error.code === "training.target_invalid",
    );
});

test("every row is asked once by the folds, never by a model that learned from it, and classes are spread evenly", () => {
  const target = readTarget(numeric(Array.from({ length: 503 }, (_, row) => Number(row % 10 === 0))));
  const { scheme, splits } = planEvaluation(target, { seed: 1 });
  assert.equal(scheme, "folds");
  assert.deepEqual(
    splits.flatMap(({ ask }) => [...ask]).sort((a, b) => a - b),
    [...target.values.keys()],
  );
  for (const { learn, ask } of splits) {
    const learned = new Set(learn);
    assert.ok(ask.every((row) => !learned.has(row)));
    assert.ok(Math.abs(ask.reduce((sum, row) => sum + (target.values[row] as number), 0) - 10) <= 1);
  }
});

test("measured in time order, no row is asked that is earlier than one that was learned from", () => {
  const time = Float64Array.from({ length: 300 }, (_, row) => (row * 7919) % 60);
  const [split] = planEvaluation(readTarget(numeric([...time.keys()].map((row) => row % 2))), { seed: 1, time }).splits;
  const latest = Math.max(...(split?.learn ?? []).map((row) => time[row] as number));
  assert.ok((split?.ask ?? []).every((row) => (time[row] as number) > latest));
});

test("large tables are measured on a fifth held out", () => {
  const target: Target = {
    task: "regression",
    values: Float64Array.from({ length: 50_001 }, (_, row) => row),
    classes: [],
    positive: null,
    missing: 0,
  };
  const plan = planEvaluation(target, { seed: 1 });
  assert.equal(plan.scheme, "holdout");
  assert.equal(plan.splits[0]?.ask.length, 10_001);
});

test("the same table, choices and seed make the same bytes; another seed makes others", async () => {
  const table = intrusions(600, 1);
  const train = (seed: number) =>
    trainModel(table, { target: "attack", folds: 2, seed, parameters: { ...parameters, baggingFraction: 0.7, baggingFreq: 1 } });
  const [first, second, other] = [await train(1), await train(1), await train(2)];
  assert.deepEqual(first.artifact, second.artifact);
  assert.deepEqual(first.card, second.card);
  assert.notDeepEqual(first.artifact, other.artifact);
});

/** The target as text; `order` is how the table happens to number its texts. */
function named(table: TableContent, order: readonly string[]): TableContent {
  const codes = ["fine", "attack"].map((name) => order.indexOf(name));
  const columns = table.columns.map((column): TableColumn => {
    if (column.name !== "attack") return column;
    return { name: "attack", kind: "category", categories: order, values: column.values.map((value) => codes[value] as number) };
  });
  return { ...table, columns };
}

test("a validation table is measured instead of folds, its classes told apart by name and not by their order", async () => {
  const table = named(intrusions(600, 1), ["fine", "attack"]);
  const choice = { target: "attack", parameters };
  for (const task of ["binary", "multiclass"] as const) {
    const own = await trainModel(table, { ...choice, task }, { validation: named(intrusions(300, 2), ["fine", "attack"]) });
    const other = await trainModel(table, { ...choice, task }, { validation: named(intrusions(300, 2), ["attack", "fine"]) });
    assert.equal(own.evaluation.scheme, "validation");
    assert.equal(own.evaluation.rows, 300);
    const { auc, accuracy } = own.card.metrics;
    assert.ok(((auc ?? accuracy)?.value ?? 0) > 0.85);
    assert.deepEqual(other.evaluation, own.evaluation);
  }
});

test("a validation table with a class that was not learned is refused, naming it", async () => {
  const validation = named(intrusions(50, 2), ["fine", "attack", "new"]);
  const values = validation.columns.at(-1)?.values as Float64Array;
  values[7] = 2;
  await assert.rejects(
    trainModel(named(intrusions(200, 1), ["fine", "attack"]), { target: "attack", parameters }, { validation }),
    (error: MegalithError) => error.code === "training.target_invalid" && error.problems[0]?.message.includes("new") === true,
  );
});

test("an artifact tells target and classes and nothing of time, path or person", async () => {
  const { artifact } = await trainModel(intrusions(300, 1), { target: "attack", folds: 2, parameters });
  assert.deepEqual(decodeForest(artifact).metadata, { target: "attack", positive: "1", classes: ["0", "1"] });
});

test("target, time, weight and ignored columns are no inputs", async () => {
  const table = intrusions(400, 1);
  const { forest } = await trainModel(table, { target: "attack", time: "duration", weight: "dst_bytes", ignore: ["service"], parameters });
  assert.deepEqual(
    forest.features.map(({ name }) => name),
    ["src_bytes", "failed_logins"],
  );
});

test("every wrong column name is told at once", async () => {
  await assert.rejects(
    trainModel(intrusions(100, 1), { target: "nope", ignore: ["duration", "gone"], weight: "none" }),
    (error: MegalithError) => {
      assert.deepEqual(
        error.problems.map(({ path }) => path),
        ["/target", "/weight", "/ignore/1"],
      );
      return true;
    },
  );
});

test("a training that is cancelled stops between two rounds", async () => {
  const controller = new AbortController();
  let heard = 0;
  const training = trainModel(
    intrusions(2000, 1),
    { target: "attack", parameters: { rounds: 5000 } },
    {
      signal: controller.signal,
      onProgress: () => {
        if (++heard === 3) controller.abort();
      },
    },
  );
  await assert.rejects(training, { name: "AbortError" });
});

test("a record encodes into the row that the table has, and scores the same", async () => {
  const table = intrusions(300, 4);
  const { forest } = await trainModel(table, { target: "attack", folds: 2, parameters });
  const encoder = createRecordEncoder(forest);
  const row = new Float64Array(forest.features.length);
  const problems: Problem[] = [];
  const columns = forest.features.map(({ name }) => table.columns.find((column) => column.name === name) as TableColumn);
  const scorer = createScorer(forest);
  for (let index = 0; index < 50; index++) {
    const cells = columns.map((column) => [
      column.name,
      column.kind === "category" ? column.categories?.[column.values[index] as number] : column.values[index],
    ]);
    encoder.encode(Object.fromEntries(cells) as Record<string, string | number>, row, "/record", problems);
    const own = Float64Array.from(columns, (column) => column.values[index] as number);
    assert.deepEqual(row, own);
    const [encoded, direct] = [new Float64Array(1), new Float64Array(1)];
    scorer.rawScore(row, encoded);
    scorer.rawScore(own, direct);
    assert.deepEqual(encoded, direct);
  }
  assert.deepEqual(problems, []);
});

test("a record's problems are all told with their paths; missing values and unseen categories are none, and unseen ones are named", () => {
  const encoder = createRecordEncoder({
    features: [
      { name: "age", kind: "numeric" },
      { name: "job/title", kind: "category", categories: ["a"] },
      { name: "since", kind: "date" },
      { name: "active", kind: "boolean" },
    ],
  });
  const row = new Float64Array(4);
  const problems: Problem[] = [];
  encoder.encode({ age: "40", "job/title": 3, since: "soon", active: 1, Age: 4 }, row, "/records/0", problems);
  assert.deepEqual(
    problems.map(({ path }) => path),
    ["/records/0/age", "/records/0/job~1title", "/records/0/since", "/records/0/active", "/records/0/Age"],
  );
  assert.equal(problems.at(-1)?.message, 'The model has no column Age. Did you mean "age"?');
  problems.length = 0;
  assert.deepEqual(encoder.encode({ age: null, "job/title": "never seen", since: "2026-01-31" }, row, "/records/0", problems), [
    "job/title",
  ]);
  assert.deepEqual([...row], [Number.NaN, Number.NaN, Date.UTC(2026, 0, 31), Number.NaN]);
  assert.equal(encoder.encode({ age: null, "job/title": "a" }, row, "/records/0", problems), undefined);
  assert.deepEqual(problems, []);
  assert.deepEqual(
    [{}, { age: null }, { other: 1 }, { active: false }, { "job/title": "never seen" }].map((record) => encoder.isEmpty(record)),
    [true, true, true, false, false],
  );
  encoder.encode({ since: "2026-02-30" }, row, "/record", problems);
  assert.deepEqual(
    problems.map(({ path, code }) => [path, code]),
    [["/record/since", "type"]],
  );
  assert.equal(row[2], Date.UTC(2026, 2, 2), "as it was answered once");
  assert.deepEqual([encoder.has("job/title"), encoder.has("Age"), encoder.has("toString")], [true, false, false]);
});
