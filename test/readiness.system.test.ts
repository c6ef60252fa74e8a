import assert from "node:assert/strict";
import { test } from "node:test";
import { openTestDatabase } from "../packages/platform/src/foundation/database.fixture.ts";
import { DatabaseProbe } from "../packages/server/src/database-probe.ts";

test("a server is not ready while its database does not answer, and many who ask cost one look", async () => {
  const database = await openTestDatabase();
  const { pool } = database;
  let now = 0;
  let looks = 0;
  pool.on("acquire", () => looks++);
  const probe = new DatabaseProbe({ pool, elapsedMs: () => now });
  assert.deepEqual(await Promise.all(Array.from({ length: 50 }, () => probe.answers())), new Array(50).fill(true));
  assert.equal(looks, 1);
  const held = await Promise.all(Array.from({ length: 10 }, () => pool.connect()));
  now += 500;
  assert.equal(await probe.answers(), false, "every connection is taken");
  for (const client of held) client.release();
  assert.equal(await probe.answers(), false, "what was told stays for half a second");
  now += 500;
  assert.equal(await probe.answers(), true);
  await database.stop();
  now += 500;
  assert.equal(await probe.answers(), false, "the database is gone");
});
