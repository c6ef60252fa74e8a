/** Text for print: no line too wide, nothing lost, runs by font. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { breakText, cutRuns } from "./text-layout.ts";

test("lines break at spaces, and inside a word only when it is wider than a line", () => {
  const fits = (line: string) => [...line].length <= 8;
  assert.deepEqual(breakText("one two three", fits), ["one two", "three"]);
  assert.deepEqual(breakText("abcdefghijk xy", fits), ["abcdefgh", "ijk xy"]);
  assert.deepEqual(breakText("测试公司有限责任公司", fits), ["测试公司有限责任", "公司"]);
  assert.deepEqual(breakText("", fits), [""]);
});

test("a mark stays with the letter that it belongs to", () => {
  const runs = cutRuns("a\u0e17\u0e35\u0e48b", (character) => (character < "\u0080" ? "latin" : "other"));
  assert.deepEqual(runs, [
    { font: "latin", text: "a" },
    { font: "other", text: "\u0e17\u0e35\u0e48" },
    { font: "latin", text: "b" },
  ]);
});
