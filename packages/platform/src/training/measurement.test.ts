/** Rounds chosen on held-out rows, on a table whose signal is weak: where too many rounds do harm. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { wordProblem } from "@megalith/contract";
import type { TableColumn, TableContent } from "../tables/index.ts";
import { gaussian } from "./loan-book.fixture.ts";
import { smallRandom } from "./metrics.ts";
import type { TrainingProgress } from "./tracker.ts";
import { type TrainedModel, type TrainingOptions, trainModel } from "./train-model.ts";

/** 15% of the rows are 1; three of six columns tell a little of which, `strength` times as much, and `day` counts rows. */
function weak(rows: number, strength = 1): TableContent {
  const random = smallRandom(7);
  const columns = Array.from({ length: 6 }, (_, index): TableColumn & { kind: "numeric" } => ({
    name: `x${index}`,
    kind: "numeric",
    values: Float64Array.from({ length: rows }, () => gaussian(random)),
  }));
  const at = (column: number, row: number): number => columns[column]?.values[row] as number;
  const target = Float64Array.from({ length: rows }, (_, row) => {
    const signal = 0.5 * at(0, row) + 0.35 * at(1, row) + 0.4 * Number(at(2, row) > 0.5);
    return Number(random() < 1 / (1 + Math.exp(1.95 - strength * signal)));
  });
  const day = Float64Array.from(target.keys());
  return {
    rowCount: rows,
    columns: [...columns, { name: "day", kind: "numeric", values: day }, { name: "y", kind: "numeric", values: target }],
  };
}

const table = weak(800);
const choice = { target: "y", ignore: ["day"], folds: 3 };
const train = (more: object = {}, options: TrainingOptions = {}): Promise<TrainedModel> =>
  trainModel(table, { ...choice, ...more }, options);
const lossOf = ({ card }: TrainedModel): number => card.metrics.logLoss?.value as number;

test("by default 3,000 rows with a weak signal make a model that beats the constant, and more rounds one that does not", async () => {
  const small = weak(3000);
  const chosen = await trainModel(small, choice);
  const long = await trainModel(small, { ...choice, folds: 1, parameters: { rounds: 150 } });
  const { value, constant } = chosen.card.metrics.logLoss ?? { value: Number.NaN };
  assert.ok(value < (constant as number), `${value} of ${constant}`);
  assert.deepEqual(chosen.card.warnings, []);
  const [many, fewer] = chosen.rounds.tried;
  assert.deepEqual([many?.leaves, fewer?.leaves], [31, 8], "31 leaves overfit early, so 8 are tried");
  assert.ok((fewer?.loss ?? 1) < (many?.loss ?? 0));
  assert.equal((chosen.card.parameters as { leaves: number }).leaves, 8);
  assert.ok(lossOf(long) > (long.card.metrics.logLoss?.constant ?? 0));
  assert.equal(long.card.metrics.auc?.constant, undefined, "a constant ranks nothing");
  const [warning] = long.evaluation.warnings;
  assert.equal(warning?.code, "not_better");
  assert.ok(warning !== undefined && wordProblem("zh-CN", warning).message !== warning.message);
});

test("the card says how many rounds were chosen and how; as many rounds given make the same bytes", async () => {
  const chosen = await train();
  const { rounds, answeredWith, tried, ...how } = chosen.rounds;
  assert.deepEqual(how, { by: "folds", most: 1000, patience: 50 });
  assert.equal(answeredWith.length, 3);
  assert.deepEqual([tried.length, tried[0]?.rounds], [1, rounds], "leaves are few already");
  assert.equal((chosen.card.parameters as { rounds: number }).rounds, rounds);
  assert.equal(chosen.card.trees, rounds);
  assert.deepEqual(chosen.card.rounds, chosen.rounds);
  const given = await train({ parameters: { rounds } });
  assert.deepEqual(given.artifact, chosen.artifact);
  const shape = { rounds, leaves: 8 };
  assert.deepEqual(given.rounds, { rounds, by: "given", most: rounds, patience: 0, tried: [], answeredWith: [shape, shape, shape] });
});

test("early stopping ends a training, with the given rounds as the most", async () => {
  const eager = await train({ parameters: { earlyStoppingRounds: 5 } });
  assert.equal(eager.rounds.patience, 5);
  assert.ok(eager.rounds.rounds < 100);
  const short = await train({ parameters: { rounds: 3, earlyStoppingRounds: 50 } });
  assert.deepEqual([short.rounds.by, short.rounds.most, short.card.trees], ["folds", 3, 3]);
});

test("a fifth held out is answered in parts, each with rounds of the others; a table of its own has no say", async () => {
  const held = await train({ folds: 1 });
  assert.equal(held.rounds.by, "holdout");
  assert.equal(held.rounds.answeredWith.length, 5);
  assert.equal(held.evaluation.rows, 160);
  const validation = {
    ...table,
    columns: table.columns.map((column) => ({ ...column, values: column.values.slice(0, 300) })),
    rowCount: 300,
  };
  const validated = await train({ folds: 1 }, { validation });
  assert.deepEqual(validated.artifact, held.artifact);
  assert.deepEqual([validated.evaluation.rows, validated.rounds.answeredWith], [300, []]);
});

test("in time order the asked rows have no say in the rounds that they are answered with", async () => {
  const flipped = table.columns.map((column) =>
    column.name === "y" ? { ...column, values: column.values.map((value, row) => (row >= 640 ? 1 - value : value)) } : column,
  );
  const inTime = { target: "y", time: "day" };
  const [own, other] = [await trainModel(table, inTime), await trainModel({ ...table, columns: flipped }, inTime)];
  assert.equal(own.rounds.by, "time");
  assert.equal(own.evaluation.rows, 160);
  assert.deepEqual(other.rounds.answeredWith, own.rounds.answeredWith);
  assert.notEqual(lossOf(other), lossOf(own));
});

test("progress tells the round, the best so far and the most while rounds are being chosen", async () => {
  const told: TrainingProgress[] = [];
  let now = 0;
  await train({}, { onProgress: (progress) => told.push(progress), elapsedMs: () => (now += 50) });
  const choosing = told.filter(({ phase }) => phase === "evaluation");
  assert.ok(choosing.every(({ round = 0, most, best = 0 }) => round >= best && best >= 1 && most === 1000));
  assert.ok(told.slice(1).every(({ done, total }, index) => done / total >= (told[index]?.done ?? 0) / (told[index]?.total ?? 1)));
  assert.equal(told.at(-1)?.done, told.at(-1)?.total);
});

test("rows without a signal are said not to be learned from", async () => {
  const { card } = await trainModel(weak(600, 0), { ...choice, parameters: { earlyStoppingRounds: 10 } });
  assert.equal((card.warnings as unknown[]).length, 1);
});
