import assert from "node:assert/strict";
import { test } from "node:test";
import type { VersionDetailShape } from "@megalith/contract";
import { cardOf } from "./card.ts";

const of = (card: object) => cardOf({ card } as unknown as VersionDetailShape);

test("importances are shares by column, also of cards that named gains, and none where a card has none", () => {
  const shares = [{ column: "a", share: 0.75 }];
  assert.deepEqual(of({ importances: shares }).importances, shares);
  const gains = [
    { name: "a", gain: 3, splits: 2 },
    { name: "b", gain: 1, splits: 1 },
  ];
  assert.deepEqual(of({ importances: gains }).importances, [
    { column: "a", share: 0.75 },
    { column: "b", share: 0.25 },
  ]);
  assert.deepEqual(of({}).importances, []);
});
