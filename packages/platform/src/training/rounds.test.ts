/** Rounds chosen by held-out losses: which, when it ends, and who has a say. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { defaultTrainParameters } from "@megalith/forest";
import fc from "fast-check";
import { runCount, seed } from "../../../../test/counts.ts";
import { createRoundsChooser, roundsRuleOf } from "./rounds.ts";
import { createTracker, type TrainingProgress } from "./tracker.ts";

const most = 60;
const curves = fc.integer({ min: 1, max: 5 }).chain((parts) =>
  fc.record({
    weights: fc.array(fc.double({ min: 0.5, max: 9, noNaN: true }), { minLength: parts, maxLength: parts }),
    /** [rounds][parts] */
    losses: fc.array(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: parts, maxLength: parts }), {
      minLength: most,
      maxLength: most,
    }),
    patience: fc.integer({ min: 1, max: 20 }),
  }),
);

/** The chooser's answers after it said that it is done, or after all rounds. */
function choose(weights: readonly number[], losses: readonly (readonly number[])[], patience: number) {
  const chooser = createRoundsChooser(weights, patience);
  const rounds = losses.findIndex((round) => chooser.take(round)) + 1;
  return {
    grown: rounds === 0 ? losses.length : rounds,
    best: chooser.best(),
    without: weights.map((_, part) => chooser.bestWithout(part)),
  };
}

/** The naive twin: the whole curve first, then its first lowest point that `patience` rounds do not better. */
function lowest(weights: readonly number[], losses: readonly (readonly number[])[], patience: number): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const curve = losses.map((round) => round.reduce((sum, loss, part) => sum + loss * (weights[part] as number), 0) / total);
  let best = 0;
  for (let round = 1; round < curve.length && round - best <= patience; round++)
    if ((curve[round] as number) < (curve[best] as number)) best = round;
  return best + 1;
}

const runs = { numRuns: runCount(100, 5000), seed };

test("the rounds are those of the first lowest mean held-out loss that the patience reaches", () => {
  fc.assert(
    fc.property(curves, ({ weights, losses, patience }) => {
      const { best, grown, without } = choose(weights, losses, patience);
      assert.equal(best.rounds, lowest(weights, losses, patience));
      assert.ok(grown >= Math.min(most, best.rounds + patience));
      if (weights.length > 1) return;
      assert.deepEqual(without, [undefined]);
      assert.equal(grown, Math.min(most, best.rounds + patience));
    }),
    runs,
  );
});

test("a part has no say in the rounds that it is answered with", () => {
  fc.assert(
    fc.property(curves, fc.double({ min: 0, max: 1, noNaN: true }), ({ weights, losses, patience }, other) => {
      for (const [part, own] of choose(weights, losses, patience).without.entries()) {
        if (own === undefined) continue;
        const changed = losses.map((round, at) => round.map((loss, index) => (index === part ? (other * (at + 1)) / most : loss)));
        assert.deepEqual(own, choose(weights, changed, patience).without[part]);
      }
    }),
    runs,
  );
});

test("rounds that are given are kept to, with early stopping they are the most, and 0 switches it off", () => {
  const suggested = { ...defaultTrainParameters, rounds: 300 };
  const rule = (given: Parameters<typeof roundsRuleOf>[0], rows = 1000) => roundsRuleOf(given, suggested, rows);
  assert.deepEqual(rule({ rounds: 7 }), { most: 7, patience: 0 });
  assert.deepEqual(rule({ rounds: 70, earlyStoppingRounds: 5 }), { most: 70, patience: 5 });
  assert.deepEqual(rule({ earlyStoppingRounds: 0 }), { most: 300, patience: 0 });
  assert.deepEqual(rule({ rounds: 9, earlyStoppingRounds: 0 }), { most: 9, patience: 0 });
  assert.equal(rule({ earlyStoppingRounds: 5 }).patience, 5);
  assert.ok(rule({}).patience > 0 && rule({}).most > 300);
  assert.ok(rule(undefined, 1_000_000).most <= 600, "a large table costs at most twice the rounds that suit it");
});

test("the share that is shown never falls, whenever the losses end the training, and is whole at the end", () => {
  fc.assert(
    fc.property(curves, fc.constantFrom([5], [1, 1], [1]), ({ weights, losses, patience }, widths) => {
      const told: TrainingProgress[] = [];
      const tracker = createTracker((progress) => told.push(progress), widths, { most, patience });
      const { grown } = choose(weights, losses, patience);
      let best = 1;
      for (const width of widths) {
        const step = tracker.stage(width, (best) => best < 20);
        const chooser = createRoundsChooser(weights, patience);
        for (let round = 1; round <= grown; round++) {
          for (let forest = 0; forest < width; forest++) step(round, chooser.best().rounds);
          chooser.take(losses[round - 1] as number[]);
        }
        best = chooser.best().rounds;
      }
      const last = tracker.last(best);
      for (let round = 1; round <= best; round++) last(round);
      const shares = told.map(({ done, total }) => done / total);
      assert.ok(
        shares.every((share, index) => share <= 1 && share >= (shares[index - 1] ?? 0)),
        shares.join(),
      );
      assert.equal(shares.at(-1), 1);
    }),
    runs,
  );
});
