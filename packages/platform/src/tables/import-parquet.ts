/**
 * Imports one staged Parquet file: checks its schema and size, then rewrites it through DuckDB in our own types.
 *
 * A file is never kept as it came: what is stored was written by us, so a hostile file harms nobody later.
 * Numbers that are NaN become missing; a row with an infinite number, a zero byte or a date beyond the years 1 to 9999 is a bad row,
 * named by its number from 1.
 */
import { MegalithError, type Problem, problem } from "@megalith/contract";
import { type RejectedRow, rejectedRow } from "./clean.ts";
import { type Column, checkColumnNames, columnFromDuckdb } from "./column.ts";
import { isDatable, kindExpression, mayConvert, misfitExpression } from "./conversion.ts";
import { Duckdb, identifier, text } from "./duckdb.ts";
import type { ImportedRows, ImportOverrides } from "./import.ts";
import type { CsvContext } from "./import-csv.ts";
import { limitsForWidth } from "./limits.ts";
import { copyToParquet } from "./load.ts";

export async function importParquet(context: CsvContext): Promise<ImportedRows> {
  const { staged, workspace, limits, signal } = context;
  try {
    const columns = await Duckdb.with({ directories: [workspace], limits, signal }, async (duckdb) => {
      await checkRowCount(duckdb, staged.path, limits.rows);
      return checkColumns(await duckdb.describe(`select * from ${sourceOf(staged.path, false)}`), limits.columns);
    });
    return await Duckdb.with({ directories: [workspace], limits: limitsForWidth(limits, columns.length), signal }, (duckdb) =>
      rewrite(duckdb, context, columns),
    );
  } catch (cause) {
    if (cause instanceof MegalithError) throw cause;
    throw new MegalithError("tables.parquet_damaged", { detail: String(cause), cause });
  }
}

function sourceOf(path: string, rowNumbers: boolean): string {
  return `read_parquet(${text(path)}, binary_as_string = true, file_row_number = ${rowNumbers})`;
}

async function rewrite(
  duckdb: Duckdb,
  { staged, parquetPath, overrides, limits }: CsvContext,
  columns: readonly Column[],
): Promise<ImportedRows> {
  const final = columns.map((column) => overrideColumn(column, overrides));
  const tests = columns.flatMap(badCell);
  const rejects = await findBad(duckdb, staged.path, tests, limits.problems);
  const where = tests.length === 0 ? "" : ` where not (${anyOf(tests)})`;
  const typed = `(select ${columns.map(castExpression).join(", ")} from ${sourceOf(staged.path, false)}${where})`;
  await checkMisfits(duckdb, typed, columns, final);
  const select = final.map((column, index) => `${convertExpression(columns[index] as Column, column)} as ${identifier(column.name)}`);
  const rowCount = await copyToParquet(duckdb, `select ${select.join(", ")} from ${typed}`, parquetPath, final.length);
  await refuseHiddenDates(duckdb, parquetPath, final);
  return { dialect: { format: "parquet", compressed: staged.compressed }, columns: final, rowCount, ...rejects };
}

/** A file whose statistics lie hides its dates from every comparison; those of the file that we have written are true. */
async function refuseHiddenDates(duckdb: Duckdb, path: string, columns: readonly Column[]): Promise<void> {
  const tests = columns.filter(({ storage }) => storage === "DATE" || storage === "TIMESTAMP").flatMap(badCell);
  if (tests.length === 0) return;
  const found = await duckdb.rows(`select count(*) from read_parquet(${text(path)}) where ${anyOf(tests)}`);
  if (Number(found[0]?.[0] ?? 0) > 0)
    throw new MegalithError("tables.parquet_damaged", { detail: "the statistics do not tell of the dates that are there" });
}

async function checkRowCount(duckdb: Duckdb, path: string, limit: number): Promise<void> {
  const rows = await duckdb.rows(`select num_rows from parquet_file_metadata(${text(path)})`);
  if (Number(rows[0]?.[0] ?? 0) > limit) throw new MegalithError("tables.too_many_rows", { values: { limit } });
}

function checkColumns(described: readonly { name: string; type: string }[], maxColumns: number): Column[] {
  checkColumnNames(
    described.map(({ name }) => name),
    maxColumns,
  );
  const problems: Problem[] = [];
  const columns = described.map(({ name, type }, index) => {
    const column = columnFromDuckdb(name, type);
    if (column === undefined) problems.push(problem(`/columns/${index}`, "type", "columnType", { name, type: type.slice(0, 60) }));
    return column;
  });
  if (problems.length > 0)
    throw new MegalithError("tables.columns_invalid", { values: { count: problems.length }, problems: problems.slice(0, 100) });
  return columns.filter((column) => column !== undefined);
}

function overrideColumn(column: Column, { columns = {}, expected = {} }: ImportOverrides): Column {
  const own = [columns, expected].find((kinds) => Object.hasOwn(kinds, column.name))?.[column.name];
  if (own === undefined || own.kind === column.kind) return column;
  const storage = { numeric: "DOUBLE", boolean: "BOOLEAN", category: "VARCHAR", date: "TIMESTAMP" } as const;
  return { name: column.name, kind: own.kind, storage: storage[own.kind] };
}

/** A column in its storage type; NaN becomes missing. */
function castExpression({ name, storage }: Column): string {
  const cell = identifier(name);
  const value = storage === "DOUBLE" ? `if(isnan(cast(${cell} as double)), null, cast(${cell} as double))` : `cast(${cell} as ${storage})`;
  return `${value} as ${cell}`;
}

function convertExpression(from: Column, to: Column): string {
  return from.storage === to.storage ? identifier(from.name) : `cast(${kindExpression({ ...from, kind: to.kind })} as ${to.storage})`;
}

/** @throws MegalithError "tables.columns_invalid" when an override asks for a kind that the cells are not of. */
async function checkMisfits(duckdb: Duckdb, typed: string, columns: readonly Column[], final: readonly Column[]): Promise<void> {
  const changed = final.flatMap((to, index) => {
    const from = columns[index] as Column;
    return from.storage === to.storage ? [] : [{ ...from, kind: to.kind, path: `/columns/${index}` }];
  });
  if (changed.length === 0) return;
  const counts = changed.map((column) =>
    mayConvert(column.storage, column.kind) ? `count(*) filter (${misfitExpression(column)})` : "count(*)",
  );
  const row = (await duckdb.rows(`select ${counts.join(", ")} from ${typed}`))[0] ?? [];
  const problems = changed.flatMap(({ name, kind, path }, index): Problem[] =>
    Number(row[index]) === 0
      ? []
      : [problem(path, "kind", "misfits", { name, count: Number(row[index]), kind: { key: `kindName.${kind}` } })],
  );
  if (problems.length > 0) throw new MegalithError("tables.columns_invalid", { values: { count: problems.length }, problems });
}

interface CellTest {
  readonly column: string;
  /** SQL that is true of a bad cell, never null. */
  readonly test: string;
  readonly code: RejectedRow["code"];
  readonly word: "rowInfinite" | "rowZeroByte" | "rowYear";
}

/** What no column of ours keeps, though the file's type allows it. */
function badCell({ name, storage }: Column): CellTest[] {
  const cell = identifier(name);
  const found = (test: string, code: CellTest["code"], word: CellTest["word"]): CellTest[] => [
    { column: name, test: `coalesce(${test}, false)`, code, word },
  ];
  if (storage === "DOUBLE") return found(`isinf(${cell})`, "kind", "rowInfinite");
  if (storage === "VARCHAR") return found(`contains(cast(${cell} as varchar), chr(0))`, "zero_byte", "rowZeroByte");
  if (storage === "TIMESTAMP") return found(`not (${isDatable(`cast(${cell} as timestamp)`)})`, "kind", "rowYear");
  return storage === "DATE" ? found(`not (${cell} between date '0001-01-01' and date '9999-12-31')`, "kind", "rowYear") : [];
}

function anyOf(tests: readonly CellTest[]): string {
  return tests.map(({ test }) => test).join(" or ");
}

async function findBad(
  duckdb: Duckdb,
  path: string,
  tests: readonly CellTest[],
  limit: number,
): Promise<{ rejected: RejectedRow[]; rejectedCount: number }> {
  if (tests.length === 0) return { rejected: [], rejectedCount: 0 };
  const source = sourceOf(path, true);
  const counted = await duckdb.rows(`select count(*) from ${source} where ${anyOf(tests)}`);
  const rejectedCount = Number(counted[0]?.[0] ?? 0);
  if (rejectedCount === 0) return { rejected: [], rejectedCount };
  const flags = tests.map(({ test }) => test).join(", ");
  const rows = await duckdb.rows(`select file_row_number, [${flags}] from ${source} where ${anyOf(tests)} order by 1 limit ${limit}`);
  const rejected = rows.map(([row, which]): RejectedRow => {
    const { column, code, word } = tests[(which as boolean[]).indexOf(true)] as CellTest;
    const line = Number(row) + 1;
    return rejectedRow({ line, column, code, word, values: { line, column }, text: "" });
  });
  return { rejected, rejectedCount };
}
