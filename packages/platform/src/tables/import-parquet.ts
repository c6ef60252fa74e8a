/**
 * Imports one staged Parquet file: checks its schema and size, then rewrites it through DuckDB in our own types.
 *
 * A file is never kept as it came: what is stored was written by us, so a hostile file harms nobody later.
 * Numbers that are NaN become missing; a row with an infinite number is a bad row, named by its number from 1.
 */
import { MegalithError, type Problem } from "@megalith/contract";
import type { RejectedRow } from "./clean.ts";
import { type Column, checkColumnNames, columnFromDuckdb } from "./column.ts";
import { Duckdb, identifier, text } from "./duckdb.ts";
import type { ImportedRows } from "./import.ts";
import type { CsvContext } from "./import-csv.ts";
import { copyToParquet } from "./load.ts";

export async function importParquet({ staged, workspace, parquetPath, overrides, limits, signal }: CsvContext): Promise<ImportedRows> {
  const source = `read_parquet(${text(staged.path)}, binary_as_string = true, file_row_number = false)`;
  return Duckdb.with({ directories: [workspace], limits, signal }, async (duckdb) => {
    try {
      await checkRowCount(duckdb, staged.path, limits.rows);
      const columns = checkColumns(await duckdb.describe(`select * from ${source}`), limits.columns);
      const final = columns.map((column) => overrideColumn(column, overrides.columns?.[column.name]?.kind));
      const infinite = columns.filter((column) => column.storage === "DOUBLE").map((column) => `isinf(${identifier(column.name)})`);
      const rejects = await findInfinite(duckdb, staged.path, infinite, columns, limits.problems);
      const select = final.map((column, index) => `${castExpression(columns[index] as Column, column)} as ${identifier(column.name)}`);
      const where = infinite.length === 0 ? "" : ` where not (${infinite.map((test) => `coalesce(${test}, false)`).join(" or ")})`;
      const rowCount = await copyToParquet(duckdb, `select ${select.join(", ")} from ${source}${where}`, parquetPath);
      return { dialect: { format: "parquet" as const, compressed: staged.compressed }, columns: final, rowCount, ...rejects };
    } catch (cause) {
      if (cause instanceof MegalithError) throw cause;
      throw new MegalithError("tables.parquet_damaged", { detail: String(cause), cause });
    }
  });
}

async function checkRowCount(duckdb: Duckdb, path: string, limit: number): Promise<void> {
  const rows = await duckdb.rows(`select num_rows from parquet_file_metadata(${text(path)})`);
  if (Number(rows[0]?.[0] ?? 0) > limit) throw new MegalithError("tables.too_many_rows", { values: { limit } });
}

function checkColumns(described: readonly { name: string; type: string }[], maxColumns: number): Column[] {
  checkColumnNames(described.map(({ name }) => name), maxColumns);
  const problems: Problem[] = [];
  const columns = described.map(({ name, type }, index) => {
    const column = columnFromDuckdb(name, type);
    if (column === undefined)
      problems.push({ path: `/columns/${index}`, code: "type", message: `Column ${name} has the type ${type.slice(0, 60)}.`, expected: "numbers, text, booleans or dates" });
    return column;
  });
  if (problems.length > 0) throw new MegalithError("tables.columns_invalid", { values: { count: problems.length }, problems: problems.slice(0, 100) });
  return columns.filter((column) => column !== undefined);
}

function overrideColumn(column: Column, kind: Column["kind"] | undefined): Column {
  if (kind === undefined || kind === column.kind) return column;
  const storage = { numeric: "DOUBLE", boolean: "BOOLEAN", category: "VARCHAR", date: "TIMESTAMP" } as const;
  return { name: column.name, kind, storage: storage[kind] };
}

function castExpression(from: Column, to: Column): string {
  const name = identifier(from.name);
  const plain = from.storage === "DOUBLE" ? `if(isnan(cast(${name} as double)), null, cast(${name} as double))` : `cast(${name} as ${from.storage})`;
  return from.storage === to.storage ? plain : `cast(${plain} as ${to.storage})`;
}

async function findInfinite(
  duckdb: Duckdb,
  path: string,
  tests: readonly string[],
  columns: readonly Column[],
  limit: number,
): Promise<{ rejected: RejectedRow[]; rejectedCount: number }> {
  if (tests.length === 0) return { rejected: [], rejectedCount: 0 };
  const any = tests.map((test) => `coalesce(${test}, false)`).join(" or ");
  const source = `read_parquet(${text(path)}, binary_as_string = true, file_row_number = true)`;
  const counted = await duckdb.rows(`select count(*) from ${source} where ${any}`);
  const rejectedCount = Number(counted[0]?.[0] ?? 0);
  if (rejectedCount === 0) return { rejected: [], rejectedCount };
  const flags = tests.map((test) => `coalesce(${test}, false)`).join(", ");
  const rows = await duckdb.rows(`select file_row_number, [${flags}] from ${source} where ${any} order by 1 limit ${limit}`);
  const doubles = columns.filter((column) => column.storage === "DOUBLE");
  const rejected = rows.map(([row, which]): RejectedRow => {
    const column = doubles[(which as boolean[]).indexOf(true)]?.name ?? null;
    const line = Number(row) + 1;
    return { line, column, code: "kind", message: `Row ${line}, column ${column}: expected a finite number, found an infinite one.`, text: "Infinity" };
  });
  return { rejected, rejectedCount };
}
