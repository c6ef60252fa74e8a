import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { gzipSync } from "node:zlib";
import { DuckDBInstance } from "@duckdb/node-api";
import { importBytes, importRows, scratchFolder } from "./import.fixture.ts";

async function parquet(t: TestContext, query: string): Promise<Buffer> {
  const path = join(await scratchFolder(t), "upload.parquet");
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  await connection.run("set TimeZone = 'UTC'");
  await connection.run(`copy (${query}) to '${path.replaceAll("'", "''")}' (format parquet)`);
  connection.closeSync();
  instance.closeSync();
  return readFile(path);
}

test("a Parquet file is rewritten in our own types, gzip or not", async (t) => {
  const folder = await scratchFolder(t);
  const bytes = await parquet(
    t,
    `select 1::tinyint as a, 2.50::decimal(9, 2) as b, 'nan'::double as c, true as d, 'x' as e, date '2024-01-02' as f,
     timestamptz '2024-01-02 03:04:05+08' as g, 'q'::enum_test as h, 9007199254740993::bigint as i`.replace("'q'::enum_test", "'q'"),
  );
  for (const upload of [bytes, gzipSync(bytes)]) {
    const { result, rows } = await importRows(folder, upload);
    assert.equal(result.dialect.format, "parquet");
    assert.deepEqual(
      result.columns.map(({ kind, storage }) => `${kind} ${storage}`),
      [
        "numeric BIGINT",
        "numeric DOUBLE",
        "numeric DOUBLE",
        "boolean BOOLEAN",
        "category VARCHAR",
        "date DATE",
        "date TIMESTAMP",
        "category VARCHAR",
        "numeric BIGINT",
      ],
    );
    assert.deepEqual(rows, [[1, 2.5, null, true, "x", "2024-01-02", "2024-01-01T19:04:05.000Z", "q", "9007199254740993"]]);
  }
});

test("nested columns are refused by name", async (t) => {
  const folder = await scratchFolder(t);
  const bytes = await parquet(t, "select 1 as a, [1, 2] as list, {'x': 1} as struct");
  await assert.rejects(importBytes(folder, bytes), (error: { code?: string; problems?: { message: string }[] }) => {
    assert.equal(error.code, "tables.columns_invalid");
    assert.deepEqual(
      error.problems?.map(({ message }) => message.slice(0, 15)),
      ["Column list has", "Column struct h"],
    );
    return true;
  });
});

test("an infinite number makes a bad row, named by its number", async (t) => {
  const folder = await scratchFolder(t);
  const bytes = await parquet(t, "select i, if(i = 2, 'inf'::double, i) as v from range(4) t(i)");
  await assert.rejects(importBytes(folder, bytes), {
    code: "tables.rows_invalid",
    problems: [
      {
        path: "/lines/3/v",
        code: "kind",
        message: "Row 3, column v: expected a finite number, found an infinite one.",
        word: "rowInfinite",
        values: { line: 3, column: "v" },
      },
    ],
  });
  const { result, rows } = await importRows(folder, bytes, { mode: "lenient" });
  assert.equal(result.rejectedCount, 1);
  assert.deepEqual(rows, [
    [0, 0],
    [1, 1],
    [3, 3],
  ]);
});

test("what Parquet can hold and no table keeps makes bad rows: zero bytes, and dates that no calendar tells", async (t) => {
  const folder = await scratchFolder(t);
  const bytes = await parquet(
    t,
    `select i, if(i = 1, 'a' || chr(0), 'b') as s, if(i = 2, timestamp 'infinity', timestamp '9999-12-31 23:59:59') as t,
       if(i = 3, date '5881580-07-10', date '0001-01-01') as d, if(i = 4, 1.7e308, -1.7e308) as n from range(5) t(i)`,
  );
  const { result, rows } = await importRows(folder, bytes, { mode: "lenient" });
  assert.deepEqual(
    result.rejected.map(({ line, column, word }) => [line, column, word]),
    [
      [2, "s", "rowZeroByte"],
      [3, "t", "rowYear"],
      [4, "d", "rowYear"],
    ],
  );
  assert.deepEqual(rows.at(-1), [4, "b", "9999-12-31T23:59:59.000Z", "0001-01-01", 1.7e308]);
});

test("a Parquet file that is cut, garbled or too long is refused", async (t) => {
  const folder = await scratchFolder(t);
  const bytes = await parquet(t, "select i from range(1000) t(i)");
  await assert.rejects(importBytes(folder, bytes.subarray(0, bytes.length - 20)), { code: "tables.parquet_damaged" });
  const garbled = Buffer.from(bytes);
  garbled.fill(0xff, 4, Math.floor(bytes.length / 2));
  await assert.rejects(importBytes(folder, garbled), { code: "tables.parquet_damaged" });
  await assert.rejects(importBytes(folder, bytes, { limits: { rows: 999 } }), { code: "tables.too_many_rows" });
});

test("a kind can be asked for, and is refused where cells are not of it", async (t) => {
  const folder = await scratchFolder(t);
  const bytes = await parquet(t, "select i % 2 as flag, i as n, '0' || i as code from range(4) t(i)");
  const asked = { flag: { kind: "boolean" }, n: { kind: "category" }, code: { kind: "numeric" } } as const;
  assert.deepEqual((await importRows(folder, bytes, { overrides: { columns: asked } })).rows, [
    [false, "0", 0],
    [true, "1", 1],
    [false, "2", 2],
    [true, "3", 3],
  ]);
  await assert.rejects(importBytes(folder, bytes, { overrides: { expected: { n: { kind: "boolean" }, absent: { kind: "date" } } } }), {
    code: "tables.columns_invalid",
    problems: [
      {
        path: "/columns/1",
        code: "kind",
        message: "Column n: 2 value(s) are no boolean.",
        expected: "only values of the kind boolean",
        word: "misfits",
        values: { name: "n", count: 2, kind: { key: "kindName.boolean" } },
      },
    ],
  });
});
