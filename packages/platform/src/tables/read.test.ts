import assert from "node:assert/strict";
import { test } from "node:test";
import { importBytes, scratchFolder } from "./import.fixture.ts";
import { profileTable } from "./profile.ts";
import { type CellValue, columnTexts, describeTable, readRows, readTable, streamRows } from "./read.ts";

const table = "n,b,t,d\n1.5,true,z,2024-01-02\n,false,𝄞,2024-01-01 00:00:00.5\n-3,,ﬁ,\n4,true,,2024-03-01\n5,true,z,2024-01-02\n";

test("columns are read as numbers: categories by code point, dates in milliseconds, missing as NaN", async (t) => {
  const folder = await scratchFolder(t);
  const { parquetPath } = await importBytes(folder, table);
  const { rowCount, columns } = await readTable(parquetPath);
  assert.equal(rowCount, 5);
  const day = Date.UTC(2024, 0, 1);
  assert.deepEqual(
    columns.map(({ name, kind, values, categories }) => [name, kind, [...values], categories]),
    [
      ["n", "numeric", [1.5, Number.NaN, -3, 4, 5], undefined],
      ["b", "boolean", [1, 0, Number.NaN, 1, 1], undefined],
      ["t", "category", [0, 2, 1, Number.NaN, 0], ["z", "ﬁ", "𝄞"]],
      ["d", "date", [day + 86_400_000, day + 500, Number.NaN, Date.UTC(2024, 2, 1), day + 86_400_000], undefined],
    ],
  );
  assert.deepEqual(columnTexts(columns[2] as (typeof columns)[0]), ["z", "𝄞", "ﬁ", null, "z"]);
});

test("columns are chosen in the order asked for, rows by a condition and a limit", async (t) => {
  const folder = await scratchFolder(t);
  const { parquetPath } = await importBytes(folder, table);
  const { columns, rowCount } = await readTable(parquetPath, { columns: ["t", "n"], where: '"n" is not null -- all', limit: 3 });
  assert.equal(rowCount, 3);
  assert.deepEqual(
    columns.map(({ name, values }) => [name, [...values]]),
    [
      ["t", [0, 1, Number.NaN]],
      ["n", [1.5, -3, 4]],
    ],
  );
  await assert.rejects(readTable(parquetPath, { columns: ["x"] }), { code: "tables.column_unknown" });
});

test("streamed rows are what a service's record takes, of the columns asked for", async (t) => {
  const folder = await scratchFolder(t);
  const { parquetPath } = await importBytes(folder, table);
  const rows: CellValue[][] = [];
  for await (const piece of streamRows(parquetPath, { columns: ["d", "n", "b", "t"] })) rows.push(...piece);
  assert.deepEqual(rows.slice(0, 3), [
    ["2024-01-02T00:00:00.000Z", 1.5, true, "z"],
    ["2024-01-01T00:00:00.500Z", null, false, "𝄞"],
    [null, -3, null, "ﬁ"],
  ]);
  assert.equal(rows.length, 5);
  await assert.rejects(streamRows(parquetPath, { signal: AbortSignal.abort() }).next(), { code: "tables.cancelled" });
});

test("rows keep the file's order in a table of many row groups", async (t) => {
  const folder = await scratchFolder(t);
  const rows = 300_000;
  let text = "i,s\n";
  for (let row = 0; row < rows; row++) text += `${row},r${row % 7}\n`;
  const { parquetPath } = await importBytes(folder, text);
  const { columns } = await readTable(parquetPath);
  let streamed = 0;
  for await (const piece of streamRows(parquetPath)) for (const [number] of piece) assert.equal(number, streamed++);
  assert.equal(streamed, rows);
  const [numbers, texts] = columns;
  assert.ok(numbers?.values.every((value, row) => value === row));
  assert.ok(texts?.values.every((value, row) => value === row % 7));
  assert.deepEqual((await readRows(parquetPath, { offset: 299_998, limit: 10 })).rows, [
    [299_998, "r6"],
    [299_999, "r0"],
  ]);
});

test("a profile tells missing, distinct, range, histogram, frequent values and the target's balance", async (t) => {
  const folder = await scratchFolder(t);
  const lines = Array.from(
    { length: 1000 },
    (_, row) =>
      `${row % 100},${row % 4 === 0 ? "bad" : "good"},${row % 10 === 0 ? "" : `2024-01-${String((row % 28) + 1).padStart(2, "0")}`},${row % 3 === 0}`,
  );
  const { parquetPath, columns } = await importBytes(folder, `n,y,d,b\n${lines.join("\n")}\n`);
  const profile = await profileTable(parquetPath, columns, { target: "y" });
  const [n, y, d, b] = profile.columns;
  assert.deepEqual([n?.missing, n?.distinct, n?.summary?.min, n?.summary?.max, n?.summary?.mean], [0, 100, 0, 99, 49.5]);
  assert.equal(n?.histogram?.counts.length, 20);
  assert.equal(
    n?.histogram?.counts.reduce((sum, count) => sum + count, 0),
    1000,
  );
  assert.equal(n?.summary?.quantiles.find(({ probability }) => probability === 0.5)?.value, 49.5);
  assert.deepEqual(y?.top, [
    { value: "good", count: 750 },
    { value: "bad", count: 250 },
  ]);
  assert.deepEqual([d?.missing, d?.distinct, d?.summary?.min], [100, 28, Date.UTC(2024, 0, 1)]);
  assert.deepEqual(b?.top, [
    { value: "false", count: 666 },
    { value: "true", count: 334 },
  ]);
  assert.deepEqual(profile.target, {
    column: "y",
    kind: "classes",
    missing: 0,
    classes: [
      { value: "good", count: 750, share: 0.75 },
      { value: "bad", count: 250, share: 0.25 },
    ],
  });
  await assert.rejects(profileTable(parquetPath, columns, { target: "x" }), { code: "tables.column_unknown" });
});

test("a column of one value, of none, and of hostile name is profiled and read", async (t) => {
  const folder = await scratchFolder(t);
  const wide = "b".repeat(500);
  const text = `same,none,"x"" ; drop -- '",k,large\n7,,1,a,1.7e308\n7,,2,${wide},-1.7e308\n`;
  const { parquetPath, columns } = await importBytes(folder, text);
  const profile = await profileTable(parquetPath, columns);
  assert.deepEqual(profile.columns[0]?.histogram, { edges: [7, 7], counts: [2] });
  assert.deepEqual([profile.columns[4]?.summary?.mean, profile.columns[4]?.summary?.deviation], [0, Number.MAX_VALUE]);
  assert.deepEqual(
    profile.columns[3]?.top?.map(({ value }) => value),
    ["a", "b".repeat(200)],
  );
  assert.deepEqual([profile.columns[1]?.missing, profile.columns[1]?.distinct, profile.columns[1]?.examples], [2, 0, []]);
  assert.deepEqual((await describeTable(parquetPath)).map(({ name }) => name)[2], "x\" ; drop -- '");
  assert.deepEqual((await readTable(parquetPath)).columns[1]?.categories, []);
});
