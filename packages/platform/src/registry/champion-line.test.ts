import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { championBefore, isRolledBackFrom } from "./champion-line.ts";

const promotions = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 12 }).map((numbers) => {
  return numbers.filter((number, index) => number !== numbers[index - 1]).reverse();
});

test("rolling back again and again goes further back, never comes to a version that was left, and ends", () => {
  fc.assert(
    fc.property(promotions, (given) => {
      const history = [...given];
      const left = new Set<number>();
      for (;;) {
        const current = history[0] as number;
        const target = championBefore(history);
        if (target === undefined) break;
        left.add(current);
        assert.ok(!left.has(target), `${target} in ${history}`);
        history.unshift(target);
        assert.ok(isRolledBackFrom(current, history));
      }
      assert.equal(history[0], given.at(-1), "the end is the first champion");
    }),
    { seed: 20_261_125, numRuns: 500 },
  );
});

test("a version that is promoted anew stands on the one that was champion then", () => {
  assert.equal(championBefore([3, 1, 2, 1]), 1, "1, 2, back to 1, then 3");
  assert.equal(championBefore([1, 2, 1]), undefined, "back to the first by promotion");
  assert.equal(championBefore([2, 1, 2, 1]), 1);
  assert.equal(championBefore([1]), undefined);
});

test("only the newest change is taken for a repeat", () => {
  assert.equal(isRolledBackFrom(3, [2, 3, 2, 1]), true);
  assert.equal(isRolledBackFrom(3, [1, 2, 3, 2, 1]), false, "somebody rolled back further");
  assert.equal(isRolledBackFrom(3, [4, 3, 2]), false, "promoted, not rolled back");
});
