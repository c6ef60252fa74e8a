import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { runCount } from "../../../../test/counts.ts";
import { CsvReader, type CsvRecord, type Dialect } from "./csv.ts";

const dialect: Dialect = { delimiter: ",", quote: '"', escape: '"' };

function read(text: string, cuts: readonly number[] = [], own: Dialect = dialect): CsvRecord[] {
  const reader = new CsvReader(own, 10_000);
  const ends = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].sort((left, right) => left - right);
  let start = 0;
  const records: CsvRecord[] = [];
  for (const end of ends) {
    records.push(...reader.read(text.slice(start, end), false));
    start = end;
  }
  return [...records, ...reader.read(text.slice(start), true)];
}

const soup = fc.string({ unit: fc.constantFrom("a", "b", ",", '"', "\n", "\r", "\r\n", " ", "\\"), maxLength: 60 });

test("how the text is cut into pieces never changes the records", () => {
  for (const own of [dialect, { ...dialect, escape: "\\" }, { ...dialect, quote: "", escape: "" }])
    fc.assert(
      fc.property(soup, fc.array(fc.nat(200), { maxLength: 12 }), (text, cuts) =>
        assert.deepEqual(read(text, cuts, own), read(text, [], own)),
      ),
      { seed: 7, numRuns: runCount(1_500, 50_000, "texts parsed") },
    );
});

test("each record knows the physical line on which it begins", () => {
  const text = 'a,b\r\n"x\ny\r\nz",1\n\n"q",2\r3,4';
  assert.deepEqual(
    read(text).map(({ line, cells }) => [line, cells]),
    [
      [1, ["a", "b"]],
      [2, ["x\ny\r\nz", "1"]],
      [5, [""]],
      [6, ["q", "2"]],
      [7, ["3", "4"]],
    ],
  );
});

test("after a broken quote reading goes on with the next line", () => {
  assert.deepEqual(read('1,2\n3,"4" x\n5,"6\n7,8\n'), [
    { line: 1, cells: ["1", "2"] },
    { line: 2, cells: ['3,"4" x'], fault: "text_after_quote" },
    { line: 3, cells: ['5,"6'], fault: "quote_open" },
    { line: 4, cells: ["7", "8"] },
  ]);
});

test("after a broken quote the rest is read as if it were a file of its own", () => {
  for (const own of [dialect, { ...dialect, escape: "\\" }])
    fc.assert(
      fc.property(soup, (text) => {
        const lines = text.match(/[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$/g) ?? [];
        const records = read(text, [], own);
        for (const [index, { fault, line }] of records.entries()) {
          if (fault === undefined) continue;
          const [next] = read(lines.slice(line).join(""), [], own);
          assert.deepEqual(records[index + 1], next === undefined ? undefined : { ...next, line: next.line + line });
        }
      }),
      { seed: 8, numRuns: runCount(3_000, 100_000, "broken texts parsed") },
    );
});

test("quotes that never close cost no more than the length of the text", () => {
  const reader = new CsvReader(dialect, 300_000);
  // Each line leaves a quote open, from its own beginning as from inside a quote; every second one is broken by itself too.
  const text = 'x","y\n,","z\n'.repeat(20_000);
  const records = [...reader.read(text, false), ...reader.read(text, false), ...reader.read("", true)];
  assert.equal(records.length, 80_000);
  assert.ok(records.every(({ fault }) => fault !== undefined));
});

test("doubled quotes, backslash escapes and spaces around quotes are read", () => {
  assert.deepEqual(read('"a""b", "c" ,d" e\n')[0]?.cells, ['a"b', "c", 'd" e']);
  assert.deepEqual(read('"a\\"b\\\\","c\\d"', [], { ...dialect, escape: "\\" })[0]?.cells, ['a"b\\', "c\\d"]);
});
