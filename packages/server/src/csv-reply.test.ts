import assert from "node:assert/strict";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { type CsvCell, CsvExports } from "./csv-reply.ts";

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
  const written = await text(new CsvExports().reply(["=head", "b", "c", "d", "e", "f", "g"], pages(rows), stays));
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
  assert.equal(await text(new CsvExports().reply(["a", "b"], pages([], []), stays)), "a,b\r\n");
});

test("a fifth export at once is told to come back, and a place is free again when one ends, fails or is left", async () => {
  const exports = new CsvExports();
  const refused = { code: "server.overloaded", retryAfterSeconds: 5 };
  const leave = new AbortController();
  async function* failing(): AsyncGenerator<CsvCell[][]> {
    yield await Promise.reject(new Error("the database is away"));
  }
  const ended = exports.reply(["a"], pages([[1]]), stays);
  const failed = exports.reply(["a"], failing(), stays);
  const left = exports.reply(["a"], pages([[1]]), leave.signal);
  const stays4 = exports.reply(["a"], pages([[1]]), stays);
  const ask = () => exports.reply(["a"], pages([[1]]), stays);
  assert.throws(ask, refused);
  await text(ended);
  const fifth = ask();
  assert.throws(ask, refused);
  await assert.rejects(text(failed), /away/);
  const sixth = ask();
  assert.throws(ask, refused);
  leave.abort();
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(left.destroyed, true);
  for (const stream of [stays4, fifth, sixth, ask()]) assert.equal(await text(stream), "a\r\n1\r\n");
});

test("a caller that hung up before its export began leaves no place taken", async () => {
  const exports = new CsvExports();
  for (let count = 0; count < 20; count++) {
    exports.reply(["a"], pages([[1]]), AbortSignal.abort());
    await new Promise((resolve) => setImmediate(resolve));
  }
});
