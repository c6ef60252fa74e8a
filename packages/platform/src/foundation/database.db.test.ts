import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { openTestDatabase } from "./database.fixture.ts";
import { inTransaction, openPool } from "./database.ts";

test("a connection that breaks between two statements fails its transaction, and the process and the pool live on", async () => {
  const database = await openTestDatabase();
  const pool = openPool({ connectionString: database.url, max: 1 });
  pool.on("error", () => undefined);
  try {
    const broken = inTransaction(pool, async (client) => {
      const own = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
      await database.pool.query("select pg_terminate_backend($1)", [own.rows[0]?.pid]);
      await setTimeout(200);
      await client.query("select 1");
    });
    await assert.rejects(broken);
    assert.deepEqual((await pool.query("select 1 as one")).rows, [{ one: 1 }]);
  } finally {
    await pool.end();
    await database.stop();
  }
});
