import assert from "node:assert/strict";
import { test } from "node:test";
import { SignInLimit } from "./sign-in-limit.ts";

const refused = { code: "access.too_many_failures" };
const start = Date.parse("2026-03-01T10:00:00Z");

function startLimit(limit?: number) {
  let time = start;
  const signIns = new SignInLimit({ now: () => new Date(time) }, limit);
  return {
    signIns,
    advance: (ms: number) => {
      time += ms;
    },
    fail: (account: string | null, network: string) => signIns.guard(account, network, () => Promise.reject(new Error("wrong"))),
    succeed: (account: string | null, network: string) => signIns.guard(account, network, async () => "in"),
  };
}

async function failTimes(count: number, fail: () => Promise<unknown>): Promise<void> {
  for (let index = 0; index < count; index++) await assert.rejects(fail(), /wrong/);
}

test("after five failures the next try of the account waits, twice as long each time, and says how long", async () => {
  const { advance, fail } = startLimit();
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
  const { advance, fail } = startLimit();
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
  const { fail, succeed } = startLimit();
  await failTimes(5, () => fail("a", "attacker"));
  await assert.rejects(succeed("a", "attacker"), refused);
  assert.equal(await succeed("a", "home"), "in");
});

test("many tries at once are no way around", async () => {
  const { fail } = startLimit();
  const tries = await Promise.allSettled(Array.from({ length: 20 }, () => fail("a", "n")));
  const wrong = tries.filter((one) => one.status === "rejected" && (one.reason as Error).message === "wrong");
  assert.equal(wrong.length, 5);
});

test("tries that succeed do not count, and do not shorten the wait of the network", async () => {
  const { advance, fail, succeed } = startLimit();
  for (let count = 0; count < 1000; count++) await succeed("own", "n");
  for (let count = 0; count < 30; count++) await assert.rejects(fail(`victim ${count}`, "n"), /wrong/);
  await assert.rejects(succeed("own", "n"), { ...refused, retryAfterSeconds: 1 });
  advance(1000);
  await succeed("own", "n");
  await assert.rejects(fail("victim", "n"), /wrong/);
  advance(1000);
  await assert.rejects(succeed("own", "n"), { ...refused, retryAfterSeconds: 1 });
});

test("guessing over many accounts from one network is slowed, from elsewhere nobody notices", async () => {
  const { fail, succeed } = startLimit();
  for (let count = 0; count < 30; count++) await assert.rejects(fail(`account ${count}`, "n"), /wrong/);
  await assert.rejects(fail("one more", "n"), refused);
  assert.equal(await succeed("account 1", "elsewhere"), "in");
});

test("guessing at one account from many networks is slowed, but not where it signed in before", async () => {
  const { fail, succeed } = startLimit();
  await succeed("a", "home");
  for (let count = 0; count < 100; count++) await assert.rejects(fail("a", `network ${count}`), /wrong/);
  await assert.rejects(fail("a", "one more"), { ...refused, retryAfterSeconds: 1 });
  assert.equal(await succeed("a", "home"), "in");
  assert.equal(await succeed("b", "one more"), "in");
});

test("failures of the admin key slow their network only", async () => {
  const { fail, succeed } = startLimit();
  await failTimes(30, () => fail(null, "attacker"));
  await assert.rejects(fail(null, "attacker"), refused);
  assert.equal(await succeed(null, "home"), "in");
});

test("a flood of networks and accounts keeps memory bounded and frees nobody who was refused in between", async () => {
  const { signIns, fail } = startLimit(1000);
  await failTimes(5, () => fail("victim", "attacker"));
  for (let count = 0; count < 20_000; count++) {
    await assert.rejects(fail(`account ${count}`, `network ${count}`), /wrong/);
    if (count % 500 === 0) await assert.rejects(fail("victim", "attacker"), refused);
  }
  assert.ok(signIns.size <= 4000, String(signIns.size));
  await assert.rejects(fail("victim", "attacker"), refused);
});

test("a clock that is set back makes no wait longer", async () => {
  const { advance, fail } = startLimit();
  await failTimes(5, () => fail("a", "n"));
  advance(-86_400_000);
  await assert.rejects(fail("a", "n"), { ...refused, retryAfterSeconds: 2 });
});

test("no more passwords are checked at once than the machine can bear, and those refused are no failures", async () => {
  const { signIns } = startLimit();
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
