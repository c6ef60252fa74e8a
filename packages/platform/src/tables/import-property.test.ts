import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { runCount } from "../../../../test/counts.ts";
import { parseNumber } from "./cell.ts";
import { CsvReader, isBlank } from "./csv.ts";
import { importRows, scratchFolder } from "./import.fixture.ts";

const runs = runCount(40, 400, "files imported");
const seed = 20_241_125;

/** Texts that no encoding of the four loses: letters of each are tried with that encoding only. */
const alphabets = {
  "utf-8": ["a", "é", "日", "𝄞", " ", "0", ".", ",", ";", "\t", "|", '"', "'", "\\", "\n", "\r", "=", "\u00a0"],
  "utf-16le": ["a", "é", "日", "𝄞", " ", "0", ",", '"', "\n", "\r"],
  "utf-16be": ["a", "ß", "本", "😀", " ", "1", ";", '"', "\n"],
  gb18030: ["a", "中", "国", "é", "㐀", " ", "2", ",", '"', "\n"],
  "windows-1252": ["a", "é", "€", "ÿ", " ", "3", ",", '"', "\r"],
} as const;
type EncodingName = keyof typeof alphabets;

const gb = new Map<string, Buffer>([
  ["中", Buffer.from([0xd6, 0xd0])],
  ["国", Buffer.from([0xb9, 0xfa])],
  ["é", Buffer.from([0xa8, 0xa6])],
  ["㐀", Buffer.from([0x81, 0x39, 0xee, 0x39])],
]);

function encode(text: string, encoding: EncodingName): Buffer {
  if (encoding === "utf-8") return Buffer.from(text);
  if (encoding === "utf-16le") return Buffer.from(text, "utf16le");
  if (encoding === "utf-16be") return Buffer.from(text, "utf16le").swap16();
  if (encoding === "windows-1252")
    return Buffer.concat([...text].map((letter) => (letter === "€" ? Buffer.from([0x80]) : Buffer.from(letter, "latin1"))));
  return Buffer.concat([...text].map((letter) => gb.get(letter) ?? Buffer.from(letter)));
}

const file = fc
  .record({
    encoding: fc.constantFrom(...(Object.keys(alphabets) as EncodingName[])),
    delimiter: fc.constantFrom(",", ";", "\t", "|", "^", "\u0001", ":"),
    quote: fc.constantFrom('"', "'"),
    backslash: fc.boolean(),
    newline: fc.constantFrom("\n", "\r\n", "\r"),
    always: fc.boolean(),
    lastNewline: fc.boolean(),
    header: fc.boolean(),
    width: fc.integer({ min: 1, max: 5 }),
  })
  .chain((way) => {
    const cell = fc.string({ unit: fc.constantFrom(...alphabets[way.encoding]), maxLength: 6 });
    return fc.record({
      way: fc.constant(way),
      rows: fc.array(fc.array(cell, { minLength: way.width, maxLength: way.width }), { minLength: 1, maxLength: 12 }),
    });
  });

test("any table of texts comes back the same, in every encoding and dialect", async (t) => {
  const folder = await scratchFolder(t);
  await fc.assert(
    fc.asyncProperty(file, async ({ way, rows }) => {
      const { quote, delimiter, newline, width } = way;
      const mark = way.backslash ? "\\" : quote;
      const word = (cell: string): string => {
        const special = [delimiter, quote, "\n", "\r", "\\", " "].some((letter) => cell.includes(letter));
        if (!way.always && !special && (cell !== "" || width > 1)) return cell;
        const escaped = way.backslash
          ? cell.replaceAll("\\", "\\\\").replaceAll(quote, `\\${quote}`)
          : cell.replaceAll(quote, quote + quote);
        return quote + escaped + quote;
      };
      const names = Array.from({ length: width }, (_, index) => `c${index}`);
      const lines = [...(way.header ? [names] : []), ...rows].map((row) => row.map(word).join(delimiter));
      const text = lines.join(newline) + (way.lastNewline ? newline : "");
      const columns = Object.fromEntries(
        names.map((name, index) => [way.header ? name : `column_${index + 1}`, { kind: "category" as const }]),
      );
      const overrides = { encoding: way.encoding, delimiter, quote, escape: mark, header: way.header, columns };
      const expected = rows.map((row) => row.map((cell) => (cell === "" ? null : cell)));
      if (width === 1 && !way.header && /^\s*$/.test(text)) return;
      const { rows: got } = await importRows(folder, encode(text, way.encoding), { overrides });
      assert.deepEqual(got, expected);
    }),
    { seed, numRuns: runs * 2 },
  );
});

const piece = fc.oneof(
  fc.constantFrom(
    "",
    "a",
    "b c",
    "1",
    "NA",
    " x ",
    '"q"',
    '"a,b"',
    '"a""b"',
    '"l\nm"',
    ' "q"',
    '"q" ',
    'x"y',
    '"x"y',
    "日本",
    '""',
    '"',
    "\\",
    '"a\\"b"',
    "#c",
  ),
  fc.string({ maxLength: 3, unit: fc.constantFrom("a", '"', ",", " ", "\\", "#") }),
);
const messy = fc.record({
  newline: fc.constantFrom("\n", "\r\n"),
  rows: fc.array(
    fc.oneof(
      { weight: 9, arbitrary: fc.array(piece, { minLength: 2, maxLength: 2 }) },
      { weight: 1, arbitrary: fc.array(piece, { maxLength: 3 }) },
    ),
    {
      minLength: 1,
      maxLength: 8,
    },
  ),
});

test("the fast path and the exact reader agree on every file, however broken", async (t) => {
  const folder = await scratchFolder(t);
  const dialect = { delimiter: ",", quote: '"', escape: '"' };
  await fc.assert(
    fc.asyncProperty(messy, async ({ newline, rows }) => {
      const text = `h,i${newline}${rows.map((row) => row.join(",")).join(newline)}`;
      const records = new CsvReader(dialect, 10_000).read(text, true).slice(1);
      const good = records.filter((record) => !isBlank(record, 2) && record.fault === undefined && record.cells.length === 2);
      if (good.length === 0) return;
      const columns = { h: { kind: "category" as const }, i: { kind: "category" as const } };
      const { rows: got } = await importRows(folder, text, {
        mode: "lenient",
        overrides: { encoding: "utf-8", ...dialect, header: true, columns },
      });
      assert.deepEqual(
        got,
        good.map(({ cells }) => cells.map((cell) => (cell === "" ? null : cell))),
      );
    }),
    { seed, numRuns: runs * 2 },
  );
});

test("DuckDB and JavaScript read every number alike, or both refuse it", async (t) => {
  const folder = await scratchFolder(t);
  const digits = fc.string({ unit: fc.constantFrom(..."0123456789"), maxLength: 18 });
  const number = fc
    .tuple(
      fc.constantFrom("", "", "-", "+", " "),
      digits,
      fc.constantFrom("", ".", "e", "_", ","),
      digits,
      fc.constantFrom("", "e5", "E-7", "e300", " ", "x"),
    )
    .map((parts) => parts.join(""));
  await fc.assert(
    fc.asyncProperty(fc.array(number, { minLength: 5, maxLength: 30 }), async (cells) => {
      const quoted = cells.map((cell) => `"${cell}",k`);
      const { result, rows } = await importRows(folder, `v,k\n0,k\n${quoted.join("\n")}\n`, {
        mode: "lenient",
        overrides: { delimiter: ",", header: true, columns: { k: { kind: "category" } } },
      });
      if (result.columns[0]?.kind !== "numeric") return;
      const expected = ["0", ...cells].flatMap((cell) =>
        /^[ ,.]*$/.test(cell) && parseNumber(cell, ".") === undefined && !cell.includes(",") ? [null] : (parseNumber(cell, ".") ?? []),
      );
      assert.deepEqual(
        rows.map(([value]) => value),
        expected.filter((value) => value === null || typeof value === "number"),
      );
    }),
    { seed, numRuns: runs },
  );
});
