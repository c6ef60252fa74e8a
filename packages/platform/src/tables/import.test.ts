import assert from "node:assert/strict";
import { readdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { type TestContext, test } from "node:test";
import { gzipSync } from "node:zlib";
import { MegalithError } from "@megalith/contract";
import { importBytes, importRows, scratchFolder } from "./import.fixture.ts";
import { type ImportOptions, importFile } from "./import.ts";
import { sweepStaging } from "./staging.ts";

async function refusal(test: TestContext, bytes: string | Uint8Array, options: Partial<ImportOptions> = {}): Promise<MegalithError> {
  const folder = await scratchFolder(test);
  try {
    await importBytes(folder, bytes, options);
  } catch (error) {
    assert.ok(error instanceof MegalithError, String(error));
    assert.deepEqual(await readdir(folder), [], "a refused import leaves nothing behind");
    return error;
  }
  return assert.fail("the import was not refused");
}

/** What is told of a bad row, without the data that tells it in other languages. */
function inEnglish(told: object): object {
  const { word: _, values: __, ...rest } = told as { word?: string; values?: object };
  return rest;
}

test("kinds are found: numbers, booleans, text, dates, and identifiers stay text", async (t) => {
  const folder = await scratchFolder(t);
  const { result, rows } = await importRows(
    folder,
    "n,b,t,d,zip,card\n1.5,true,x,2024-01-31,01234,1234567812345678\nNA,FALSE,,2024-02-01T10:00:00Z,99999,8765432187654321\n",
  );
  assert.deepEqual(
    result.columns.map(({ kind }) => kind),
    ["numeric", "boolean", "category", "date", "category", "category"],
  );
  assert.deepEqual(rows, [
    [1.5, true, "x", "2024-01-31T00:00:00.000Z", "01234", "1234567812345678"],
    [null, false, null, "2024-02-01T10:00:00.000Z", "99999", "8765432187654321"],
  ]);
});

test("delimiters, quotes, line ends and decimal commas are found", async (t) => {
  const folder = await scratchFolder(t);
  for (const [text, rows] of [
    [
      "a;b\n1,5;x\n2,25;y\n",
      [
        [1.5, "x"],
        [2.25, "y"],
      ],
    ],
    [
      "a\tb\r\n1\tx, y\r\n2\tz\r\n",
      [
        [1, "x, y"],
        [2, "z"],
      ],
    ],
    [
      "a|b\r1|x\r2|y\r",
      [
        [1, "x"],
        [2, "y"],
      ],
    ],
    [
      "a,b\n'x,1',2\n'y,2',3\n",
      [
        ["x,1", 2],
        ["y,2", 3],
      ],
    ],
    [
      'a,b\n"x\\"y",1\n"p",2\n',
      [
        ['x"y', 1],
        ["p", 2],
      ],
    ],
    [
      'a,b\r\n"x\r\ny",1\r\nz,2',
      [
        ["x\r\ny", 1],
        ["z", 2],
      ],
    ],
    [
      "a\u0001b\n1\u0001x\n2\u0001y\n",
      [
        [1, "x"],
        [2, "y"],
      ],
    ],
    [
      "3,4\n5,6\n",
      [
        [3, 4],
        [5, 6],
      ],
    ],
    ["v\n1\n\n3\n", [[1], [null], [3]]],
  ] as const)
    assert.deepEqual((await importRows(folder, text)).rows, rows, JSON.stringify(text));
});

test("a bad row is named by line, column and what was expected, whatever quoted newlines came before", async (t) => {
  const error = await refusal(t, 'id,amount,note\n1,2.5,"two\nlines"\n2,3.5,x\n3,lots,y\n4,5,z\n5,6,z,extra\n6,7,z\n');
  assert.equal(error.code, "tables.rows_invalid");
  assert.deepEqual(error.problems?.map(inEnglish), [
    { path: "/lines/5/amount", code: "kind", message: "Line 5, column amount: expected a number, found `lots`." },
    { path: "/lines/7", code: "cell_count", message: "Line 7: expected 3 cells, found 4." },
  ]);
});

test("a lenient import keeps the good rows, lists the bad ones and counts all", async (t) => {
  const folder = await scratchFolder(t);
  const bad = Array.from({ length: 150 }, (_, index) => `x${index},b\n`).join("");
  const good = Array.from({ length: 8000 }, (_, index) => `${index},a\n`).join("");
  const { result, rows } = await importRows(folder, `n,t\n${good}${bad}7,c\n`, { mode: "lenient" });
  assert.equal(result.rowCount, 8001);
  assert.equal(result.rejectedCount, 150);
  assert.equal(result.rejected.length, 100);
  assert.deepEqual(inEnglish(result.rejected[0] ?? {}), {
    line: 8002,
    column: "n",
    code: "kind",
    message: "Line 8002, column n: expected a number, found `x0`.",
    text: "x0",
  });
  assert.deepEqual(rows.at(-1), [7, "c"]);
});

test("a kind can be corrected", async (t) => {
  const folder = await scratchFolder(t);
  const columns = {
    code: { kind: "category" },
    edu: { kind: "numeric" },
    ok: { kind: "boolean" },
    day: { kind: "date", format: "%m/%d/%Y" },
  } as const;
  const { rows } = await importRows(folder, "code,edu,ok,day\n1,01,Yes,02/03/2024\n2,02,No,04/05/2024\n", { overrides: { columns } });
  assert.deepEqual(rows, [
    ["1", 1, true, "2024-02-03T00:00:00.000Z"],
    ["2", 2, false, "2024-04-05T00:00:00.000Z"],
  ]);
});

test("every wrong override is named at once", async (t) => {
  const error = await refusal(t, "a,b\n1,2\n", { overrides: { columns: { q: { kind: "numeric" }, a: { kind: "date", format: "%Q" } } } });
  assert.equal(error.code, "tables.columns_invalid");
  assert.deepEqual(
    error.problems.map(({ path }) => path),
    ["/columns/q", "/columns/a/format"],
  );
  assert.equal((await refusal(t, "a,b\n1,2\n", { overrides: { delimiter: "ab" } })).code, "tables.dialect_invalid");
  assert.equal((await refusal(t, "a,b\n1,2\n", { overrides: { encoding: "klingon" } })).code, "tables.encoding_unknown");
});

test("hostile and broken files are refused with a code of their own", async (t) => {
  const wide = Array.from({ length: 100_000 }, (_, index) => `c${index}`).join(",");
  const cases: [string, string | Uint8Array, string][] = [
    ["empty", "", "tables.empty"],
    ["blank", "\n\n \n", "tables.empty"],
    ["header only", "a,b\n", "tables.no_rows"],
    ["two names alike but for case", "a,A\n1,2\n", "tables.column_names"],
    ["a column without a name", "a,\n1,2\n", "tables.column_names"],
    ["a hundred thousand columns", `${wide}\n${wide}\n`, "tables.too_many_columns"],
    ["a zero byte", "a,b\n1,x\n2,y\0\n3,z\n", "tables.rows_invalid"],
    ["one huge row", `a,b\n1,${"x".repeat(3_000_000)}\n`, "tables.row_too_long"],
    ["a gzip bomb", gzipSync(Buffer.alloc(150_000_000, "1,2\n")), "tables.compression_bomb"],
    ["gzip cut short", gzipSync("a,b\n1,2\n".repeat(1000)).subarray(0, 40), "tables.compression_damaged"],
    ["an Excel file", "PK\u0003\u0004aaaa", "tables.format_unknown"],
    ["gzip in gzip", gzipSync(gzipSync("a,b\n1,2\n")), "tables.format_unknown"],
    ["a false Parquet file", `PAR1${"x".repeat(1000)}PAR1`, "tables.parquet_damaged"],
    ["a number beyond all bounds", "a,b\n1e999,1\n2,2\n3,3\n4,5\n", "tables.rows_invalid"],
  ];
  for (const [label, bytes, code] of cases) assert.equal((await refusal(t, bytes)).code, code, label);
});

test("limits of size and rows are kept", async (t) => {
  const text = "a,b\n1,2\n3,4\n";
  assert.equal((await refusal(t, text, { limits: { sourceBytes: 5 } })).code, "tables.too_large");
  assert.equal((await refusal(t, gzipSync(text), { limits: { unpackedBytes: 5 } })).code, "tables.too_large");
  assert.equal((await refusal(t, text, { limits: { rows: 1 } })).code, "tables.too_many_rows");
});

test("a lenient import repairs names instead of refusing them", async (t) => {
  const folder = await scratchFolder(t);
  const { result } = await importRows(folder, "a,A,,a_2\n1,2,3,4\n", { mode: "lenient" });
  assert.deepEqual(
    result.columns.map(({ name }) => name),
    ["a", "A_2", "column_3", "a_2_2"],
  );
});

test("a cancelled import stops and leaves nothing", async (t) => {
  const controller = new AbortController();
  async function* endless(): AsyncGenerator<Buffer> {
    for (let row = 0; ; row++) {
      if (row === 50) controller.abort();
      yield Buffer.from(`${row},x\n`.repeat(100));
    }
  }
  const folder = await scratchFolder(t);
  await assert.rejects(importFile({ source: Readable.from(endless()), folder, mode: "strict", signal: controller.signal }), {
    code: "tables.cancelled",
  });
  assert.deepEqual(await readdir(folder), []);
});

test("a source that breaks off leaves nothing", async (t) => {
  async function* broken(): AsyncGenerator<Buffer> {
    yield Buffer.from("a,b\n1,2\n");
    throw new Error("connection reset");
  }
  const folder = await scratchFolder(t);
  await assert.rejects(importFile({ source: Readable.from(broken()), folder, mode: "strict" }), /connection reset/);
  assert.deepEqual(await readdir(folder), []);
});

test("orphans of killed imports are swept, other files are not touched", async (t) => {
  const folder = await scratchFolder(t);
  await importBytes(folder, "a,b\n1,2\n");
  await writeFile(join(folder, "keep"), "x");
  await symlink(folder, join(folder, "import-link"));
  assert.equal(await sweepStaging(folder), 2);
  assert.deepEqual(await readdir(folder), ["keep"]);
  assert.equal(await sweepStaging(join(folder, "absent")), 0);
});
