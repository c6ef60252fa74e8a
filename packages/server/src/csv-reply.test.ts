import assert from "node:assert/strict";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import type { Principal } from "@megalith/platform/foundation";
import { type CsvCell, CsvExports } from "./csv-reply.ts";

const owner: Principal = {
  kind: "provider",
  organisation: "o",
  actor: { kind: "admin", id: null, name: "admin key" },
  role: "owner",
  memberId: null,
};
const customer = (customerId: string): Principal => ({
  kind: "customer",
  organisation: "o",
  actor: { kind: "key", id: "key", name: "k" },
  customerId,
  keyId: null,
  scopes: ["read"],
  serviceIds: null,
});
const stays = new AbortController().signal;

async function* pages(...all: readonly (readonly (readonly CsvCell[])[])[]) {
  yield* all;
}

test("texts that a spreadsheet would run are made harmless, in the head too, and numbers stay numbers", async () => {
  const rows: CsvCell[][] = [
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1"],
    [-1, -1.5e-7, -(10n ** 30n), 0, true, null, "plain"],
    ['say "hi"', "a,b", "a\nb", "-", "", "=", "1"],
  ];
  const written = await text(new CsvExports().reply(owner, ["=head", "b", "c", "d", "e", "f", "g"], pages(rows), stays));
  assert.equal(
    written,
    [
      "'=head,b,c,d,e,f,g",
      `'=1+1,'+1,'-1,'@SUM(A1),'\t=1,"'\r=1",' =1`,
      `-1,-1.5e-7,-1${"0".repeat(30)},0,true,,plain`,
      `"say ""hi""","a,b","a\nb",'-,,'=,1`,
      "",
    ].join("\r\n"),
  );
});

test("an export without rows is its head", async () => {
  assert.equal(await text(new CsvExports().reply(owner, ["a", "b"], pages([], []), stays)), "a,b\r\n");
});

test("a third export of one caller at once is told to come back, and a place is free again when one ends, fails or is left", async () => {
  const exports = new CsvExports();
  const refused = { code: "server.overloaded", retryAfterSeconds: 5 };
  const leave = new AbortController();
  async function* failing(): AsyncGenerator<CsvCell[][]> {
    yield await Promise.reject(new Error("the database is away"));
  }
  const ask = (signal = stays) => exports.reply(owner, ["a"], pages([[1]]), signal);
  const ended = ask();
  const failed = exports.reply(owner, ["a"], failing(), stays);
  assert.throws(ask, refused);
  assert.equal(await text(ended), "a\r\n1\r\n");
  const left = ask(leave.signal);
  assert.throws(ask, refused);
  await assert.rejects(text(failed), /away/);
  const last = ask();
  assert.throws(ask, refused);
  leave.abort();
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(left.destroyed, true);
  for (const stream of [last, ask()]) assert.equal(await text(stream), "a\r\n1\r\n");
});

test("one customer cannot take the places of others, and all together cannot take more than eight", () => {
  const exports = new CsvExports();
  const refused = { code: "server.overloaded" };
  const ask = (caller: Principal) => exports.reply(caller, ["a"], pages([[1]]), stays);
  for (const id of ["a", "b", "c", "d"]) {
    for (let count = 0; count < 2; count++) ask(customer(id));
    assert.throws(() => ask(customer(id)), refused);
  }
  assert.throws(() => ask(owner), refused);
});

test("who does not read on loses the place", async () => {
  const exports = new CsvExports(50);
  async function* endless(): AsyncGenerator<CsvCell[][]> {
    for (;;) yield [["x".repeat(100_000)]];
  }
  const streams = [1, 2].map(() => exports.reply(owner, ["a"], endless(), stays).on("error", () => undefined));
  for (const stream of streams) stream.read(1);
  await Promise.all(streams.map((stream) => new Promise<void>((resolve) => stream.once("close", resolve))));
  assert.equal(await text(exports.reply(owner, ["a"], pages([[1]]), stays)), "a\r\n1\r\n");
});

test("a caller that hung up before its export began leaves no place taken", async () => {
  const exports = new CsvExports();
  for (let count = 0; count < 20; count++) {
    exports.reply(owner, ["a"], pages([[1]]), AbortSignal.abort());
    await new Promise((resolve) => setImmediate(resolve));
  }
});
