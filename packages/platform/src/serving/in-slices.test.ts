import assert from "node:assert/strict";
import { test } from "node:test";
import { mapInSlices } from "./in-slices.ts";

test("other work runs after each ten milliseconds of a long one, and all of it is done, in order", async () => {
  let now = 0;
  const order: string[] = [];
  const work = (item: string): string => {
    now += 4;
    order.push(item);
    return item.toUpperCase();
  };
  setImmediate(() => order.push("another"));
  const done = mapInSlices(["a", "b", "c", "d", "e", "f", "g"], work, () => now);
  assert.deepEqual(await done, ["A", "B", "C", "D", "E", "F", "G"]);
  assert.deepEqual(order.slice(0, 5), ["a", "b", "c", "another", "d"]);
});
