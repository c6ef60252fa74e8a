/** What the tests of this folder share: a scratch folder that goes with the test, and imports of text and bytes. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import type { TestContext } from "node:test";
import { type ImportOptions, type ImportResult, importFile } from "./import.ts";
import { type CellValue, readRows } from "./read.ts";
import { removeWorkspace } from "./staging.ts";

export async function scratchFolder(test: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "megalith 'tables' [1]*-"));
  test.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Imports bytes in pieces of 64 KiB, strictly unless told otherwise. */
export function importBytes(folder: string, bytes: string | Uint8Array, options: Partial<ImportOptions> = {}): Promise<ImportResult> {
  const buffer = Buffer.from(bytes as Uint8Array);
  const pieces = Array.from({ length: Math.ceil(buffer.length / 65_536) }, (_, index) =>
    buffer.subarray(index * 65_536, (index + 1) * 65_536),
  );
  return importFile({ source: Readable.from(pieces), folder, mode: "strict", ...options });
}

/** Imports, reads all rows back, and removes the result. */
export async function importRows(
  folder: string,
  bytes: string | Uint8Array,
  options: Partial<ImportOptions> = {},
): Promise<{ result: ImportResult; rows: CellValue[][] }> {
  const result = await importBytes(folder, bytes, options);
  const { rows } = await readRows(result.parquetPath, { limit: 100_000 });
  await removeWorkspace(result.workspace);
  return { result, rows };
}
