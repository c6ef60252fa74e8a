import assert from "node:assert/strict";
import { test } from "node:test";
import { openTestDatabase } from "../foundation/database.fixture.ts";
import { systemRandom, uuidMaker } from "../foundation/index.ts";
import { DecisionLog } from "./decision-log.ts";

test("a clock that jumps finds a partition for what is decided then, and asks for it once", async () => {
  const database = await openTestDatabase();
  try {
    let now = Date.UTC(2026, 0, 31, 12);
    const clock = { now: () => new Date(now) };
    const newUuid = uuidMaker(clock, systemRandom);
    const log = new DecisionLog(database.pool, clock, newUuid);
    await log.preparePartitions();
    assert.equal(log.partitionsOf([newUuid()]), undefined);
    const before = newUuid();
    now = Date.UTC(2026, 2, 1);
    await log.partitionsOf([before, newUuid()]);
    assert.equal(log.partitionsOf([newUuid()]), undefined);
    // Ids do not go back with the clock: they stay on the later day.
    now = Date.UTC(2026, 1, 14);
    assert.equal(log.partitionsOf([newUuid()]), undefined);
    const found = await database.pool.query<{ there: boolean }>("select to_regclass('decision_20260301') is not null as there");
    assert.deepEqual(found.rows, [{ there: true }]);
  } finally {
    await database.stop();
  }
});
