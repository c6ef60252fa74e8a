/** Rows of a table file as they go to a server, streamed: the file is read once into a staging folder, which goes in any case. */
import { rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeDraftFolder } from "@megalith/platform/foundation";
import { type CellValue, type ColumnKind, importFile, streamRows } from "@megalith/platform/tables";

export interface TableRows {
  /** Names in the file's order. */
  readonly columns: readonly string[];
  readonly rowCount: number;
  /** SHA-256 of the file's content, unpacked. */
  readonly sha256: string;
  /** Cells of the named columns, row after row; dates are ISO 8601 text, missing is null. May be asked for again. */
  rows(columns: readonly string[]): AsyncGenerator<readonly CellValue[]>;
}

export interface TableRowsOptions {
  readonly signal: AbortSignal;
  /** Kinds of columns that the file may or may not have: a cell that does not fit is refused by line and column. */
  readonly kinds: Readonly<Record<string, ColumnKind>>;
}

/** @throws MegalithError "tables.…"; what `work` throws. */
export async function withTableRows<T>(
  path: string,
  { signal, kinds }: TableRowsOptions,
  work: (table: TableRows) => Promise<T>,
): Promise<T> {
  await stat(path);
  const folder = await makeDraftFolder(join(tmpdir(), "megalith"));
  try {
    const expected = Object.fromEntries(Object.entries(kinds).map(([name, kind]) => [name, { kind }]));
    const imported = await importFile({ source: path, folder, mode: "strict", signal, overrides: { expected } });
    return await work({
      columns: imported.columns.map(({ name }) => name),
      rowCount: imported.rowCount,
      sha256: imported.sourceSha256,
      async *rows(columns) {
        for await (const piece of streamRows(imported.parquetPath, { columns, signal })) yield* piece;
      },
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
