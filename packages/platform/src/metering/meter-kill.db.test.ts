/** The meter while PostgreSQL itself is killed: what was answered is there, once; what was not is answered later. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { MegalithError } from "@megalith/contract";
import { runCount } from "../../../../test/counts.ts";
import { migrate, openPool, startEmbeddedPostgres } from "../foundation/index.ts";
import { Meter } from "./meter.ts";
import { countUsage, makeCall, makePrice, makeWorld } from "./metering.fixture.ts";

const callers = 64;
const rounds = runCount(12, 120, "calls a caller");
const kills = runCount(1, 10, "kills");

test("callers that retry while PostgreSQL is killed make one row a key, and every answer stays as it was", async () => {
  const folder = await mkdtemp(join(tmpdir(), "megalith-kill-"));
  const server = await startEmbeddedPostgres({ folder, log: () => undefined });
  const pool = openPool({ connectionString: server.url, max: 4 });
  try {
    await migrate(pool);
    const world = await makeWorld(pool);
    const price = await makePrice(pool, world);
    const customerId = randomUUID();
    const meter = new Meter({ pool, deadlineMs: 30_000 });
    let answered = 0;
    let killed = 0;
    const prices = new Map<string, string>();
    const work = Array.from({ length: callers }, async (_, caller) => {
      for (let round = 0; round < rounds; round++) {
        const key = `k:${caller}/${round}`;
        for (let attempt = 0; attempt < 2; attempt++) {
          const outcome = await meter.record(makeCall(world, { customerId, price, key }));
          assert.ok(outcome.kind === "recorded" || outcome.kind === "repeated", outcome.kind);
          const told =
            outcome.kind === "recorded"
              ? `${outcome.prices} ${outcome.dayOrdinals}`
              : `${outcome.facts.map(({ nanos }) => nanos)} ${outcome.facts.map(({ dayOrdinal }) => dayOrdinal)}`;
          assert.equal(prices.get(key) ?? told, told);
          prices.set(key, told);
          answered++;
        }
        if (killed < kills && answered > ((killed + 1) * callers * rounds * 2) / (kills + 1)) {
          killed++;
          const pid = server.pid();
          if (pid !== undefined) process.kill(pid, "SIGKILL");
        }
      }
    });
    await Promise.all(work);
    assert.equal(killed, kills);
    assert.equal(prices.size, callers * rounds);
    assert.equal(await countUsage(pool, customerId), callers * rounds);
  } finally {
    await pool.end();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
});

test("a call whose deadline passes while the database is away is told to come back", async () => {
  const pool = openPool({ host: join(tmpdir(), `nobody-${randomUUID()}`), user: "nobody", database: "nothing" });
  const meter = new Meter({ pool, deadlineMs: 60 });
  const world = { organisation: randomUUID(), serviceId: randomUUID() };
  await assert.rejects(meter.record(makeCall(world, { customerId: randomUUID() })), (error: unknown) => {
    return error instanceof MegalithError && error.code === "server.overloaded" && error.retryAfterSeconds === 1;
  });
  await pool.end();
});

test("one call more than may wait is refused at once", async () => {
  const pool = openPool({ host: join(tmpdir(), `nobody-${randomUUID()}`), user: "nobody", database: "nothing" });
  const meter = new Meter({ pool, deadlineMs: 20, queueLimit: 2 });
  const world = { organisation: randomUUID(), serviceId: randomUUID() };
  const calls = Array.from({ length: 3 }, () => meter.record(makeCall(world, { customerId: randomUUID() })));
  const settled = await Promise.allSettled(calls);
  assert.ok(settled.every(({ status }) => status === "rejected"));
  await pool.end();
});
