/**
 * Turns an uploaded file (CSV in any common shape, gzip or not, or Parquet) into one durable Parquet file.
 *
 * source ──► stage (unpack, hash, measure) ──► detect encoding, dialect, kinds ──► fast path ──► Parquet ──► sync
 *                                                                          └─► exact path ──┘
 * Needs no database and no server. Whatever fails leaves nothing behind.
 */
import { open } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { MegalithError, type Problem, pointerPart } from "@megalith/contract";
import type { RejectedRow } from "./clean.ts";
import type { Column, ColumnOverride } from "./column.ts";
import type { DialectOverrides } from "./dialect.ts";
import { type CsvContext, importCsv } from "./import-csv.ts";
import { importParquet } from "./import-parquet.ts";
import { defaultLimits, type TableLimits } from "./limits.ts";
import { createWorkspace, hashFile, removeWorkspace, type StagedFile, stageFile, syncFile } from "./staging.ts";

export type ImportMode = "strict" | "lenient";

export interface ImportOverrides extends DialectOverrides {
  readonly columns?: Readonly<Record<string, ColumnOverride>> | undefined;
  /** Like `columns`, for columns that the file may or may not have: the kinds of a table's earlier version. */
  readonly expected?: Readonly<Record<string, ColumnOverride>> | undefined;
}

export interface ImportProgress {
  readonly phase: "receiving" | "reading" | "storing";
  readonly bytes: number;
}

export interface ImportOptions {
  readonly source: string | Readable;
  /** Staging folder, on the same file system as the tables: the result is moved by rename. */
  readonly folder: string;
  readonly mode: ImportMode;
  readonly overrides?: ImportOverrides | undefined;
  readonly limits?: Partial<TableLimits> | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined;
}

/** How the file was written, as found or as told. */
export interface FileDialect {
  readonly format: "csv" | "parquet";
  readonly compressed: boolean;
  readonly encoding?: string;
  readonly delimiter?: string;
  readonly quote?: string;
  readonly escape?: string;
  readonly header?: boolean;
  readonly decimal?: "." | ",";
}

/** What a reader of one format hands back. */
export interface ImportedRows {
  readonly dialect: FileDialect;
  readonly columns: readonly Column[];
  readonly rowCount: number;
  readonly rejected: readonly RejectedRow[];
  readonly rejectedCount: number;
}

export interface ImportResult extends ImportedRows {
  readonly parquetPath: string;
  /** Directory of this import alone; remove it (`removeWorkspace`) after the Parquet file was moved out. */
  readonly workspace: string;
  /** SHA-256 and size of the Parquet file: the identity of the table's content. */
  readonly sha256: string;
  readonly parquetBytes: number;
  /** SHA-256 of the source as unpacked, and its size as received. */
  readonly sourceSha256: string;
  readonly sourceBytes: number;
}

/**
 * Imports one file.
 * @throws MegalithError "tables.*": in strict mode "tables.rows_invalid" when any row is bad, with the first of them.
 * Cost: two passes over the text at DuckDB's speed when the file is clean; the exact path adds one in JavaScript.
 */
export async function importFile(options: ImportOptions): Promise<ImportResult> {
  const limits: TableLimits = { ...defaultLimits, ...options.limits };
  const { signal, onProgress } = options;
  const workspace = await createWorkspace(options.folder);
  try {
    const staged = await stageFile(options.source, join(workspace, "source"), {
      limits,
      signal,
      onBytes: (bytes) => onProgress?.({ phase: "receiving", bytes }),
    });
    const parquetPath = join(workspace, "table.parquet");
    const context: CsvContext = { staged, workspace, parquetPath, mode: options.mode, overrides: options.overrides ?? {}, limits, signal };
    onProgress?.({ phase: "reading", bytes: staged.bytes });
    const imported = (await isParquet(staged)) ? await importParquet(context) : await importCsv(context);
    if (options.mode === "strict" && imported.rejectedCount > 0) throw rowsInvalid(imported);
    if (imported.rowCount === 0) throw imported.rejectedCount > 0 ? rowsInvalid(imported) : new MegalithError("tables.no_rows");
    onProgress?.({ phase: "storing", bytes: staged.bytes });
    await syncFile(parquetPath);
    const { sha256, bytes } = await hashFile(parquetPath);
    return {
      ...imported,
      parquetPath,
      workspace,
      sha256,
      parquetBytes: bytes,
      sourceSha256: staged.sha256,
      sourceBytes: staged.sourceBytes,
    };
  } catch (cause) {
    await removeWorkspace(workspace);
    throw cause;
  }
}

function rowsInvalid({ rejected, rejectedCount }: ImportedRows): MegalithError {
  const problems = rejected.map(
    (row): Problem => ({
      path: row.column === null ? `/lines/${row.line}` : `/lines/${row.line}/${pointerPart(row.column)}`,
      code: row.code,
      message: row.message,
      ...(row.word === undefined ? {} : { word: row.word, values: row.values ?? {} }),
    }),
  );
  return new MegalithError("tables.rows_invalid", { values: { count: rejectedCount }, problems });
}

async function isParquet(staged: StagedFile): Promise<boolean> {
  const handle = await open(staged.path, "r");
  try {
    const head = Buffer.alloc(8);
    await handle.read(head, 0, 8, 0);
    refuseOtherFormats(head);
    return head.subarray(0, 4).toString("latin1") === "PAR1";
  } finally {
    await handle.close();
  }
}

const otherFormats: readonly [format: string, magic: readonly number[]][] = [
  ["a ZIP or Excel file", [0x50, 0x4b, 3, 4]],
  ["an old Excel file", [0xd0, 0xcf, 0x11, 0xe0]],
  ["a Zstandard file", [0x28, 0xb5, 0x2f, 0xfd]],
  ["a bzip2 file", [0x42, 0x5a, 0x68, 0x39]],
  ["an XZ file", [0xfd, 0x37, 0x7a, 0x58, 0x5a]],
  ["a PDF file", [0x25, 0x50, 0x44, 0x46]],
  ["a gzip file within a gzip file", [0x1f, 0x8b]],
  ["an ORC file", [0x4f, 0x52, 0x43, 0x00]],
  ["an Avro file", [0x4f, 0x62, 0x6a, 0x01]],
  ["a PNG image", [0x89, 0x50, 0x4e, 0x47]],
];

function refuseOtherFormats(head: Buffer): void {
  const found = otherFormats.find(([, magic]) => magic.every((byte, index) => head[index] === byte));
  if (found !== undefined) throw new MegalithError("tables.format_unknown", { values: { format: found[0] } });
}
