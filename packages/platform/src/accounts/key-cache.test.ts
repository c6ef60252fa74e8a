import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { KeyCache, type KeyHolder } from "./key-cache.ts";

const forever = Number.POSITIVE_INFINITY;

function holder(customerId: string): KeyHolder {
  const actor = { kind: "key", id: null, name: "key" } as const;
  const rights = { keyId: null, scopes: [], serviceIds: null };
  return { principal: { kind: "customer", organisation: "o", actor, customerId, ...rights }, suspended: false, expiresAt: forever };
}

/** A cache over a table of holders that counts its loads. */
function cacheOf(table: Map<string, KeyHolder>, limits: { unknownLimit?: number; loadLimit?: number; queueLimit?: number } = {}) {
  const state = { time: 0, loads: 0, running: 0, mostRunning: 0, gate: Promise.resolve() };
  const cache = new KeyCache({
    ...limits,
    clock: { now: () => new Date(state.time) },
    load: async (hash) => {
      state.loads++;
      state.mostRunning = Math.max(state.mostRunning, ++state.running);
      const found = table.get(hash.toString()) ?? null;
      await state.gate;
      state.running--;
      return found;
    },
  });
  cache.setFresh(true);
  return { cache, state };
}

test("a key is loaded once, and again after its customer changed", async () => {
  const { cache, state } = cacheOf(
    new Map([
      ["a", holder("one")],
      ["b", holder("two")],
    ]),
  );
  for (const name of ["a", "b", "a", "b"]) await cache.find(Buffer.from(name));
  assert.equal(state.loads, 2);
  cache.forget("one");
  for (const name of ["a", "b"]) await cache.find(Buffer.from(name));
  assert.equal(state.loads, 3);
});

test("a load that began before a change is not remembered", async () => {
  const table = new Map([["a", holder("one")]]);
  const { cache, state } = cacheOf(table);
  let open = (): void => undefined;
  state.gate = new Promise((resolve) => {
    open = resolve;
  });
  const early = cache.find(Buffer.from("a"));
  await setImmediate();
  table.delete("a");
  cache.forget("one");
  open();
  assert.notEqual(await early, null);
  assert.equal(await cache.find(Buffer.from("a")), null);
});

test("nothing is remembered while changes elsewhere cannot be heard, and for 30 seconds at most otherwise", async () => {
  const { cache, state } = cacheOf(new Map([["a", holder("one")]]));
  await cache.find(Buffer.from("a"));
  state.time = 30_000;
  await cache.find(Buffer.from("a"));
  assert.equal(state.loads, 2);
  cache.setFresh(false);
  await cache.find(Buffer.from("a"));
  await cache.find(Buffer.from("a"));
  assert.equal(state.loads, 4);
});

test("a flood of unknown keys asks the database few at once and throws out no good key", async () => {
  const { cache, state } = cacheOf(new Map([["good", holder("one")]]), { unknownLimit: 50, loadLimit: 3, queueLimit: 500 });
  await cache.find(Buffer.from("good"));
  const flood = await Promise.allSettled(Array.from({ length: 1000 }, (_, index) => cache.find(Buffer.from(`bad ${index}`))));
  assert.equal(state.mostRunning, 3);
  assert.equal(flood.filter(({ status }) => status === "rejected").length, 1000 - 503);
  const { loads } = state;
  assert.notEqual(await cache.find(Buffer.from("good")), null);
  assert.equal(await cache.find(Buffer.from("bad 502")), null);
  assert.equal(state.loads, loads);
});
