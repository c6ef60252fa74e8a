/** States that are old are never written from, and days are the zone's, as PostgreSQL counts them. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import fc from "fast-check";
import { runCount } from "../../../../test/counts.ts";
import { type OpenTestDatabase, openTestDatabase } from "../foundation/database.fixture.ts";
import { Calendar, dayNumber, monthOf } from "./calendar.ts";
import type { CallFacts, MeterOutcome } from "./fact.ts";
import { countUsage, makeCall, makePrice, makeWorld, type World } from "./metering.fixture.ts";
import type { Price } from "./price.ts";
import { type PendingCall, Recorder } from "./recorder.ts";

const seed = 20_261_125;
const runs = runCount(40, 1_500, "batches");

let database: OpenTestDatabase;
let world: World;
let price: Price;

before(async () => {
  database = await openTestDatabase();
  world = await makeWorld(database.pool);
  price = await makePrice(database.pool, world);
});

after(() => database.stop());

function pend(call: CallFacts, outcomes: MeterOutcome[]): PendingCall {
  const reject = (error: unknown): void => {
    throw error;
  };
  return { asked: call, call, known: new Map(), isUncertain: false, resolve: (outcome) => void outcomes.push(outcome), reject };
}

async function run(recorder: Recorder, calls: readonly PendingCall[], round: number): Promise<readonly PendingCall[]> {
  const client = await database.pool.connect();
  try {
    return await recorder.record(client, calls, round);
  } finally {
    client.release();
  }
}

test("calls settled from a state that another meter has moved are left, and fit in the next round", async () => {
  const customerId = randomUUID();
  const [one, two] = [new Recorder(10_000), new Recorder(10_000)];
  const outcomes: MeterOutcome[] = [];
  const ask = () => pend(makeCall(world, { customerId, price }), outcomes);
  assert.equal((await run(one, [ask()], 0)).length, 0);
  assert.equal((await run(two, [ask()], 0)).length, 0);
  const left = await run(one, [ask(), ask()], 0);
  assert.equal(left.length, 2, "the first meter's state is old");
  assert.equal(await countUsage(database.pool, customerId), 2);
  assert.equal((await run(one, left, 1)).length, 0);
  assert.deepEqual(
    outcomes.map((outcome) => outcome.kind === "recorded" && outcome.dayOrdinals[0]),
    [1, 2, 3, 4],
  );
});

test("a limit that was set meanwhile is in force for calls from an old state", async () => {
  const customerId = randomUUID();
  const recorder = new Recorder(10_000);
  const outcomes: MeterOutcome[] = [];
  const ask = () => pend(makeCall(world, { customerId, price }), outcomes);
  await run(recorder, [ask()], 0);
  await database.pool.query("update meter_account set monthly_quota = 1 where customer_id = $1", [customerId]);
  await run(recorder, await run(recorder, [ask()], 0), 1);
  assert.deepEqual(outcomes[1], { kind: "quota_exceeded", quota: 1, remaining: 0 });
});

test("a round under lock settles from the newest state, and a fault in it leaves nothing behind", async () => {
  const customerId = randomUUID();
  const [one, two] = [new Recorder(10_000), new Recorder(10_000)];
  const outcomes: MeterOutcome[] = [];
  const ask = (key?: string) => pend(makeCall(world, { customerId, price, ...(key === undefined ? {} : { key }) }), outcomes);
  await run(one, [ask("k:first")], 0);
  await run(two, [ask()], 0);
  assert.equal((await run(one, [ask()], 3)).length, 0);
  const left = await run(one, [ask("k:first"), ask()], 3);
  assert.deepEqual(
    outcomes.map(({ kind }) => kind),
    ["recorded", "recorded", "recorded", "repeated"],
  );
  assert.equal((await run(one, left, 4)).length, 0);
  const text = { reference: null, subject: null, input: "\0", output: "" };
  const decision = { versionId: randomUUID(), revisionId: randomUUID(), facts: [text] };
  await assert.rejects(run(one, [pend(makeCall(world, { customerId, price, decision }), outcomes)], 3));
  assert.equal(await countUsage(database.pool, customerId), 4);
});

// Not beyond 2023: governments change clocks that are still to come, and two zone tables need not be of one age.
test("the day in a zone is the one PostgreSQL tells, over every change of clocks", async () => {
  const zones = [
    "UTC",
    "Europe/Berlin",
    "Asia/Shanghai",
    "America/St_Johns",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "Africa/Cairo",
    "America/Sao_Paulo",
  ];
  const times = fc.array(fc.date({ min: new Date("1975-01-01"), max: new Date("2023-01-01"), noInvalidDate: true }), {
    minLength: 40,
    maxLength: 40,
  });
  const calendar = new Calendar();
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...zones), times, async (zone, given) => {
      const found = await database.pool.query<{ day: string; month: string }>(
        `select (t at time zone $2)::date as day, date_trunc('month', t at time zone $2)::date as month
         from unnest($1::timestamptz[]) with ordinality x (t, n) order by n`,
        [given, zone],
      );
      given.forEach((at, index) => {
        const day = calendar.dayIn(zone, at);
        assert.equal(day, dayNumber(found.rows[index]?.day ?? ""), `${at.toISOString()} in ${zone}`);
        assert.equal(monthOf(day), dayNumber(found.rows[index]?.month ?? ""));
      });
    }),
    { seed, numRuns: runs },
  );
});
