import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Pool } from "pg";
import { openTestDatabase } from "../foundation/database.fixture.ts";
import { SignInLimit } from "./sign-in-limit.ts";

const refused = { code: "access.too_many_failures" };
const start = Date.parse("2026-03-01T10:00:00Z");

let pool: Pool;
let stop: () => Promise<void>;

before(async () => {
  ({ pool, stop } = await openTestDatabase());
});
after(() => stop());

/** With no count of what came before. */
async function startLimit() {
  await pool.query("truncate sign_in_count");
  let time = start;
  const clock = { now: () => new Date(time) };
  const signIns = new SignInLimit(pool, clock);
  return {
    signIns,
    /** As a second process on the same database, or the same one after a restart. */
    otherSignIns: new SignInLimit(pool, clock),
    advance: (ms: number) => {
      time += ms;
    },
    fail: (account: string | null, network: string) => signIns.guard(account, network, wrong),
    succeed: (account: string | null, network: string) => signIns.guard(account, network, async () => "in"),
  };
}

const wrong = (): Promise<never> => Promise.reject(new Error("wrong"));

async function rowCount(): Promise<number> {
  const counted = await pool.query<{ count: number }>("select count(*)::integer as count from sign_in_count");
  return counted.rows[0]?.count ?? -1;
}

async function failTimes(count: number, fail: () => Promise<unknown>): Promise<void> {
  for (let index = 0; index < count; index++) await assert.rejects(fail(), /wrong/);
}

test("after five failures the next try of the account waits, twice as long each time, and says how long", async () => {
  const { advance, fail } = await startLimit();
  await failTimes(5, () => fail("a", "1.2.3.4"));
  for (const seconds of [2, 4, 8, 16]) {
    await assert.rejects(fail("a", "1.2.3.4"), { ...refused, retryAfterSeconds: seconds });
    advance(seconds * 1000 - 1);
    await assert.rejects(fail("a", "1.2.3.4"), { ...refused, retryAfterSeconds: 1 });
    advance(1);
    await assert.rejects(fail("a", "1.2.3.4"), /wrong/);
  }
});

test("a wait is never longer than a quarter of an hour, and is forgotten an hour after the last failure", async () => {
  const { advance, fail } = await startLimit();
  await failTimes(5, () => fail("a", "n"));
  for (let count = 0; count < 15; count++) {
    advance(900_000);
    await assert.rejects(fail("a", "n"), /wrong/);
  }
  await assert.rejects(fail("a", "n"), { ...refused, retryAfterSeconds: 900 });
  advance(3_600_000);
  await failTimes(5, () => fail("a", "n"));
});

test("while one place is made to wait, the right password from another is heard", async () => {
  const { fail, succeed } = await startLimit();
  await failTimes(5, () => fail("a", "attacker"));
  await assert.rejects(succeed("a", "attacker"), refused);
  assert.equal(await succeed("a", "home"), "in");
});

test("many tries at once are no way around", async () => {
  const { fail } = await startLimit();
  const tries = await Promise.allSettled(Array.from({ length: 20 }, () => fail("a", "n")));
  const wrong = tries.filter((one) => one.status === "rejected" && (one.reason as Error).message === "wrong");
  assert.equal(wrong.length, 5);
});

test("tries that succeed do not count, and do not shorten the wait of the network", async () => {
  const { advance, fail, succeed } = await startLimit();
  for (let count = 0; count < 100; count++) await succeed("own", "n");
  for (let count = 0; count < 30; count++) await assert.rejects(fail(`victim ${count}`, "n"), /wrong/);
  await assert.rejects(succeed("own", "n"), { ...refused, retryAfterSeconds: 1 });
  advance(1000);
  await succeed("own", "n");
  await assert.rejects(fail("victim", "n"), /wrong/);
  advance(1000);
  await assert.rejects(succeed("own", "n"), { ...refused, retryAfterSeconds: 1 });
});

test("guessing over many accounts from one network is slowed, from elsewhere nobody notices", async () => {
  const { fail, succeed } = await startLimit();
  for (let count = 0; count < 30; count++) await assert.rejects(fail(`account ${count}`, "n"), /wrong/);
  await assert.rejects(fail("one more", "n"), refused);
  assert.equal(await succeed("account 1", "elsewhere"), "in");
});

test("guessing at one account from many networks is slowed, but not where it signed in before", async () => {
  const { fail, succeed } = await startLimit();
  await succeed("a", "home");
  for (let count = 0; count < 100; count++) await assert.rejects(fail("a", `network ${count}`), /wrong/);
  await assert.rejects(fail("a", "one more"), { ...refused, retryAfterSeconds: 1 });
  assert.equal(await succeed("a", "home"), "in");
  assert.equal(await succeed("b", "one more"), "in");
});

test("failures of the admin key slow their network only", async () => {
  const { fail, succeed } = await startLimit();
  await failTimes(30, () => fail(null, "attacker"));
  await assert.rejects(fail(null, "attacker"), refused);
  assert.equal(await succeed(null, "home"), "in");
});

test("a second process and a restart know what was counted, and neither counts alone", async () => {
  const { signIns, otherSignIns } = await startLimit();
  for (let count = 0; count < 5; count++) await assert.rejects((count % 2 === 0 ? signIns : otherSignIns).guard("a", "n", wrong), /wrong/);
  for (const either of [signIns, otherSignIns])
    await assert.rejects(
      either.guard("a", "n", async () => "in"),
      refused,
    );
});

test("tries at once in two processes are no way around, and those that succeed leave no count", async () => {
  const { signIns, otherSignIns } = await startLimit();
  const both = Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? signIns : otherSignIns));
  const tries = await Promise.allSettled(both.map((either) => either.guard("a", "n", wrong)));
  assert.equal(tries.filter((one) => one.status === "rejected" && (one.reason as Error).message === "wrong").length, 5);
  await pool.query("truncate sign_in_count");
  const own = both.slice(0, 30).map((either, index) => either.guard(`own ${index}`, "shared", async () => "in"));
  assert.deepEqual(new Set(await Promise.all(own)), new Set(["in"]));
  const counts = await pool.query("select from sign_in_count where count <> 0");
  assert.equal(counts.rowCount, 0);
});

test("a flood of networks and accounts leaves rows that later tries sweep, and frees nobody who was refused in between", async () => {
  const { advance, fail } = await startLimit();
  await failTimes(5, () => fail("victim", "attacker"));
  for (let count = 0; count < 300; count++) {
    await assert.rejects(fail(`account ${count}`, `network ${count}`), /wrong/);
    if (count % 50 === 0) await assert.rejects(fail("victim", "attacker"), refused);
  }
  await assert.rejects(fail("victim", "attacker"), refused);
  assert.equal(await rowCount(), 903);
  advance(3_600_000);
  for (let count = 0; count < 200; count++) await assert.rejects(fail(`later ${count}`, `later ${count}`), /wrong/);
  assert.equal(await rowCount(), 600);
});

test("a try that has to wait writes nothing, and nothing that was typed lies in clear", async () => {
  const { fail } = await startLimit();
  await failTimes(5, () => fail("typed@example.com", "198.51.100.7"));
  const before = await pool.query("select c, xmin from sign_in_count c order by name");
  await assert.rejects(fail("typed@example.com", "198.51.100.7"), refused);
  const after = await pool.query("select c, xmin from sign_in_count c order by name");
  assert.deepEqual(after.rows, before.rows);
  assert.equal(before.rowCount, 3);
  assert.doesNotMatch(JSON.stringify(before.rows), /typed|example|198\.51/);
});

test("each try costs the same statement, whoever it names", async () => {
  const { fail, succeed } = await startLimit();
  await succeed("known", "home");
  const statements: string[] = [];
  const { query } = pool;
  pool.query = ((statement: { text: string }, ...rest: never[]) => {
    statements.push(statement.text);
    return (query as (...parameters: unknown[]) => unknown).call(pool, statement, ...rest);
  }) as unknown as typeof query;
  try {
    for (const name of ["known", "nobody"]) for (const network of ["home", "elsewhere"]) await assert.rejects(fail(name, network), /wrong/);
  } finally {
    pool.query = query;
  }
  assert.equal(statements.length, 4);
  assert.equal(new Set(statements).size, 1);
});

test("a clock that is set back makes no wait longer", async () => {
  const { advance, fail } = await startLimit();
  await failTimes(5, () => fail("a", "n"));
  advance(-86_400_000);
  await assert.rejects(fail("a", "n"), { ...refused, retryAfterSeconds: 2 });
});

test("no more passwords are checked at once than the machine can bear, and those refused are no failures", async () => {
  const { signIns } = await startLimit();
  const { promise, resolve } = Promise.withResolvers<string>();
  const waiting = Array.from({ length: 32 }, (_, index) => signIns.guard(`a${index}`, `n${index}`, () => promise));
  for (let count = 0; count < 40; count++)
    await assert.rejects(
      signIns.guard("late", "n", () => promise),
      refused,
    );
  resolve("in");
  await Promise.all(waiting);
  assert.equal(await signIns.guard("late", "n", () => promise), "in");
});
