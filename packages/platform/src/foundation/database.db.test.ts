import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import type { PoolClient } from "pg";
import { openTestDatabase } from "./database.fixture.ts";
import { inTransaction, inTransactionTurn, openPool } from "./database.ts";

test("a connection that breaks between two statements fails its transaction, and the process and the pool live on", async () => {
  const database = await openTestDatabase();
  const pool = openPool({ connectionString: database.url, max: 1 });
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

test("a connection that hears of the server's stop after its pool has ended does not end the process", async () => {
  const database = await openTestDatabase();
  const pool = openPool({ connectionString: database.url, max: 1 });
  const connected = once(pool, "connect");
  await pool.query("select 1");
  const [client] = (await connected) as [PoolClient];
  await pool.end();
  assert.doesNotThrow(() => client.emit("error", new Error("terminating connection due to administrator command")));
  await database.stop();
});

test("more transactions than connections, each with a question beside it, all come to their end", async () => {
  const database = await openTestDatabase();
  const pool = openPool({ connectionString: database.url, max: 4, connectionTimeoutMillis: 5000 });
  try {
    const one = async (): Promise<unknown> => {
      const beside = await inTransaction(pool, async (client) => {
        await client.query("select pg_advisory_xact_lock(7)");
        return pool.query("select 1 as one");
      });
      return beside.rows[0];
    };
    assert.deepEqual(await Promise.all(Array.from({ length: 20 }, one)), new Array(20).fill({ one: 1 }));
  } finally {
    await pool.end();
    await database.stop();
  }
});

test("a transaction within a transaction is refused before it begins, whoever begins it; what one left running may begin its own", async () => {
  const database = await openTestDatabase();
  const { pool } = database;
  try {
    const one = () => inTransaction(pool, async (client) => (await client.query("select 1 as one")).rows);
    await assert.rejects(
      inTransaction(pool, () => one()),
      /within another/,
    );
    await assert.rejects(
      inTransactionTurn(pool, async () => Promise.all([setTimeout(1), one()])),
      /within another/,
    );
    let later: Promise<unknown> | undefined;
    await inTransaction(pool, async () => {
      later = setTimeout(50).then(one);
    });
    assert.deepEqual(await later, [{ one: 1 }]);
  } finally {
    await database.stop();
  }
});
