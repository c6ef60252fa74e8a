import assert from "node:assert/strict";
import { test } from "node:test";
import { systemRandom, uuidMaker } from "./identity.ts";

test("ids are UUIDv7, distinct, and never go back, not even when the clock does", () => {
  let time = 1_700_000_000_000;
  const newUuid = uuidMaker({ now: () => new Date(time) }, systemRandom);
  const ids: string[] = [];
  for (let index = 0; index < 20_000; index++) {
    if (index % 1000 === 0) time += index % 3000 === 0 ? -5 : 1;
    ids.push(newUuid());
  }
  for (const id of ids) assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.deepEqual([...ids].sort(), ids);
  assert.equal(new Set(ids).size, ids.length);
});
