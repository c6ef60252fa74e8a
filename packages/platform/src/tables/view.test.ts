import assert from "node:assert/strict";
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { type MegalithError, wordProblem } from "@megalith/contract";
import { importBytes, scratchFolder } from "./import.fixture.ts";
import type { TableLimits } from "./limits.ts";
import { readRows } from "./read.ts";
import { checkView, runView, type ViewResult } from "./view.ts";

interface Lab {
  readonly folder: string;
  readonly loans: string;
  readonly run: (sql: string, limits?: Partial<TableLimits>, signal?: AbortSignal) => Promise<ViewResult>;
}

async function lab(t: TestContext): Promise<Lab> {
  const root = await scratchFolder(t);
  const folder = join(root, "staging");
  await mkdir(folder);
  const loans = (await importBytes(root, "id,v\n1,x\n2,y\n3,z\n")).parquetPath;
  const rates = (await importBytes(root, "id,w\n1,1.5\n2,2.5\n")).parquetPath;
  const tables = { loans, "my rates": rates };
  return { folder, loans, run: (sql, limits, signal) => runView({ sql, tables, folder, limits, signal }) };
}

test("a view joins tables, derives columns, is typed in our kinds and knows what it read", async (t) => {
  const { run } = await lab(t);
  const view = await run(
    `with q as (select id, w * 2 as w2 from "my rates")
     select l.*, q.w2, date '2020-01-01' + l.id::int as d, w2 > 4 as big, l.id / 0 as gone from loans l left join q using (id) order by l.id; -- end`,
  );
  assert.deepEqual(view.reads, ["loans", "my rates"]);
  assert.deepEqual(
    view.columns.map(({ name, kind }) => `${name} ${kind}`),
    ["id numeric", "v category", "w2 numeric", "d date", "big boolean", "gone numeric"],
  );
  assert.deepEqual((await readRows(view.parquetPath)).rows, [
    [1, "x", 3, "2020-01-02", false, null],
    [2, "y", 5, "2020-01-03", true, null],
    [3, "z", null, "2020-01-04", null, null],
  ]);
});

test("whatever is not one SELECT over the named tables is refused", async (t) => {
  const { run, folder, loans } = await lab(t);
  const hostile = [
    "select * from read_csv('/etc/passwd')",
    "select * from read_text('/etc/passwd')",
    "select * from '/etc/passwd'",
    "select * from 'x.csv'",
    `select * from read_parquet('${loans.replaceAll("'", "''")}')`,
    "select * from parquet_metadata('x')",
    "select * from glob('/*')",
    "select * from loans where v in (select content from read_text('/etc/passwd'))",
    'with "/etc/passwd" as (select 1) select * from "/etc/passwd"',
    "with loans as (select 1 as id) select * from loans",
    "select getenv('HOME')",
    "select current_setting('temp_directory') from loans",
    "select * from duckdb_settings()",
    "select * from duckdb_secrets()",
    "select * from information_schema.tables",
    "select * from pg_catalog.pg_tables",
    "select * from sqlite_master",
    "select o.name, o.setting from (with pg_settings as (select 1 as x) select * from pg_settings) i, pg_settings o",
    "with DuckDB_Views as (select view_name, sql from duckdb_views where not internal) select * from duckdb_views",
    "select * from query('select 1')",
    "select * from query_table('loans')",
    "select json_execute_serialized_sql('x')",
    "select $1 from loans",
    "select 1; select 2",
    "copy (select 1) to '/var/x'",
    "attach '/var/q.db'",
    "install httpfs",
    "load json",
    "set threads = 1",
    "reset all",
    "pragma version",
    "call pragma_version()",
    "create table x as select 1",
    "insert into loans values (1, 'a')",
    "delete from loans",
    "drop view loans",
    "export database '/var/x'",
    "explain select 1",
    "describe loans",
    "summarize loans",
    "show tables",
    "select * from loans) to '/var/evil.parquet' (format parquet); --",
    "select * from missing",
    "selec",
    "",
    "-- nothing",
    "select 'a\0b'",
    `select ${"(select ".repeat(9000)}1${")".repeat(9000)}`,
    `select ${"1+".repeat(45_000)}1`,
    `select '${"x".repeat(100_000)}'`,
  ];
  for (const sql of hostile) await assert.rejects(run(sql), { code: "tables.view_refused" }, sql.slice(0, 100));
  assert.deepEqual(await readdir(folder), [], "a refused view leaves nothing behind");
});

test("a view that fails says why in the reader's language, without a path of ours", async (t) => {
  const { run, folder } = await lab(t);
  const why = async (sql: string): Promise<{ code: string; word: string | undefined; english: string; chinese: string }> => {
    const error = await run(sql).then(
      () => assert.fail(`${sql} ran`),
      (fault: MegalithError) => fault,
    );
    const [first] = error.problems;
    assert.ok(first !== undefined && !JSON.stringify(error.problems).includes(folder), error.message);
    return { code: error.code, word: first.word, english: first.message, chinese: wordProblem("zh-CN", first).message };
  };
  const names = await why("select nope from loans");
  assert.deepEqual([names.code, names.word], ["tables.view_failed", "viewNames"]);
  assert.match(names.english, /names or combines something that is not there: .*"nope" not found/);
  assert.match(names.chinese, /引用或组合了不存在的内容：.*"nope" not found/);
  const values = await why("select v::double as d from loans");
  assert.deepEqual([values.word, /Could not convert/.test(values.english)], ["viewValues", true]);
  const syntax = await why("select from where");
  assert.deepEqual([syntax.code, syntax.word], ["tables.view_refused", "viewSyntax"]);
  assert.equal((await why("select * from loans where id > 99")).chinese, "SQL 没有返回任何行。");
  assert.equal((await why("select * from elsewhere")).chinese, "视图可读取的表中没有 elsewhere。");
  await assert.rejects(run("select [1, 2] as l from loans"), { code: "tables.columns_invalid" });
  assert.deepEqual(await readdir(folder), []);
});

test("time, rows and memory of a view are bounded, and it can be cancelled", async (t) => {
  const { run, folder } = await lab(t);
  const endless = "select count(*) as c from range(100000000000) t(i), loans";
  await assert.rejects(run(endless, { viewMs: 200 }), { code: "tables.view_limit" });
  await assert.rejects(run("select i from range(100000) t(i)", { rows: 1000 }), { code: "tables.view_limit" });
  await assert.rejects(
    run("select string_agg(i::varchar, ',') as s from range(60000000) t(i)", { memoryMegabytes: 80, temporaryMegabytes: 1 }),
    (error: { code?: string }) => ["tables.view_limit", "tables.storage_full"].includes(error.code ?? ""),
  );
  await assert.rejects(run(endless, {}, AbortSignal.timeout(100)), { code: "tables.cancelled" });
  assert.deepEqual(await readdir(folder), []);
});

test("a view is judged without running", async () => {
  assert.deepEqual(await checkView("select a.x from b as a, (select y from C) limit 3", ["b", "c", "d"]), ["b", "c"]);
});

test("what no table keeps is missing in a view: infinite numbers, dates that no calendar tells, zero bytes", async (t) => {
  const { run } = await lab(t);
  const { parquetPath } = await run(
    "select 1e308 * 1e308 as n, 'infinity'::timestamp as t, '5881580-07-10'::date as d, 'a' || chr(0) as s, 1 as k",
  );
  assert.deepEqual((await readRows(parquetPath)).rows, [[null, null, null, null, 1]]);
});
