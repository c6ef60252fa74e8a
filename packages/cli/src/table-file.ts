/** Reads a table from a file as an engine wants it, through a staging folder that goes in any case. */
import { rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeDraftFolder } from "@megalith/platform/foundation";
import { type ColumnKind, importFile, readTable, type TableContent } from "@megalith/platform/tables";

export interface TableFileOptions {
  readonly signal: AbortSignal;
  /** Kinds of columns that the file may or may not have, as a model was trained on them. */
  readonly kinds?: Readonly<Record<string, ColumnKind>> | undefined;
}

export interface TableFile extends TableContent {
  /** SHA-256 of the file's content, unpacked. */
  readonly sha256: string;
}

/** @throws MegalithError "tables.…". */
export async function readTableFile(path: string, options: TableFileOptions): Promise<TableFile> {
  await stat(path);
  const folder = await makeDraftFolder(join(tmpdir(), "megalith"));
  try {
    const expected = Object.fromEntries(Object.entries(options.kinds ?? {}).map(([name, kind]) => [name, { kind }]));
    const imported = await importFile({ source: path, folder, mode: "strict", signal: options.signal, overrides: { expected } });
    const content = await readTable(imported.parquetPath, { signal: options.signal });
    return { ...content, sha256: imported.sourceSha256 };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
