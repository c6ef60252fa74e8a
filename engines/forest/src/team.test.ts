/** Two threads, a thread that never comes and one thread give one forest. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { binTable } from "./bins.ts";
import { type FeatureColumn, rowsOf } from "./data.ts";
import { encodeForest } from "./encode.ts";
import { createTreeGrower } from "./grow.ts";
import { createRandom } from "./random.ts";
import { randomTable, smallParameters } from "./table.fixture.ts";
import { startWorker } from "./team.fixture.ts";
import type { StartThread } from "./team.ts";
import { trainForest, trainingRounds } from "./train.ts";
import type { GrownTree } from "./tree.ts";
import { startTreeKernel } from "./tree-kernel.ts";
import { layOutTree } from "./tree-layout.ts";

/** Trees on a table of every kind of column, 29 of them, weighted; `until` is waited for before the first. */
async function grow(startThread: StartThread | undefined, until?: () => boolean): Promise<GrownTree[]> {
  const data = randomTable({ seed: 11, rows: 3_000, weighted: true });
  const random = createRandom(3);
  const more = Array.from({ length: 23 }, (_, index): FeatureColumn => {
    const values = Float64Array.from({ length: 3_000 }, () => Math.floor(random.next() * (index + 2)));
    return { name: `x${index}`, kind: "numeric", values };
  });
  const columns = [...data.columns, ...more];
  const table = binTable(columns, 64);
  const parameters = { ...smallParameters, leaves: 20 };
  const rows = rowsOf(data);
  const all = Int32Array.from(columns.keys());
  const grower = createTreeGrower({ columns, table, parameters, weight: data.weight, rows }, (options) => ({
    first: startTreeKernel(options, startThread),
    second: assert.fail,
  }));
  const deadline = performance.now() + 20_000;
  while (until?.() === false && performance.now() < deadline) await setTimeout(5);
  assert.ok(until?.() ?? true, "the thread came");
  const gradient = data.target.map((value) => value - 1);
  const hessian = gradient.map(() => 0.5 + random.next());
  const trees = [all, all.filter((index) => index % 4 !== 1), all].map((features) => grower.grow(rows, features, gradient, hessian));
  grower.end();
  return trees;
}

test("a tree has the same bits on one thread, on two, and where the second never comes", async () => {
  const alone = await grow(undefined);
  let state = new Int32Array(1);
  const withWorker = await grow(
    (work) => {
      state = new Int32Array(work.memory.buffer, layOutTree(work.shape).control, 1);
      startWorker(work);
    },
    () => Atomics.load(state, 0) === 1,
  );
  assert.deepEqual(withWorker, alone);
  assert.deepEqual(await grow(() => {}), alone);
  const deadline = performance.now() + 20_000;
  while (Atomics.load(state, 0) !== 3 && performance.now() < deadline) await setTimeout(5);
  assert.equal(Atomics.load(state, 0), 3, "the thread leaves when the training ends");
});

test("a training of 65,536 rows gives the same bytes with a second thread, and lets go of it when it is given up", () => {
  const data = randomTable({ seed: 4, rows: 65_536, task: "binary" });
  const parameters = { ...smallParameters, rounds: 3, baggingFraction: 0.8, baggingFreq: 1, featureFraction: 0.8 };
  const binned = binTable(data.columns, parameters.bins);
  let started = 0;
  const startThread: StartThread = (work) => {
    started++;
    startWorker(work);
  };
  const [one, two] = [{ binned }, { binned, startThread }].map((options) =>
    encodeForest(trainForest("binary", data, parameters, options).forest),
  );
  assert.deepEqual(one, two);
  const memories: Int32Array[] = [];
  const rounds = trainingRounds("binary", data, parameters, {
    binned,
    startThread: (work) => memories.push(new Int32Array(work.memory.buffer, layOutTree(work.shape).control, 1)),
  });
  rounds.next();
  rounds.return(undefined as never);
  assert.deepEqual([started, memories.map(([state]) => state)], [1, [3]]);
});
