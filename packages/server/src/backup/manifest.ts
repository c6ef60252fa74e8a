/**
 * What a backup holds, told by its first entry: format, release, migrations, and each table and file with count and SHA-256.
 *
 * The file is a tar: manifest.json, its own SHA-256 in manifest.sha256 (from format 2), then rows/<table>.copy (PostgreSQL text COPY), then tables/… and artifacts/… as they lie.
 * Not in it: the admin key and the demo key (secrets of the machine), queued jobs, sessions.
 */
export const backupFormat = 2;
/** Format 1 had no hash of its list, and did not tell what was missing. */
const readFormats: readonly number[] = [1, backupFormat];

export interface BackupTable {
  readonly name: string;
  readonly columns: readonly string[];
  readonly rowCount: number;
  readonly sizeBytes: number;
  readonly sha256: string;
}

export interface BackupFile {
  /** Below the data folder, with forward slashes. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

export interface Manifest {
  readonly format: number;
  readonly release: string;
  readonly createdAt: string;
  readonly migrations: readonly { readonly number: number; readonly name: string; readonly sha256: string }[];
  readonly tables: readonly BackupTable[];
  readonly files: readonly BackupFile[];
  /** Files that rows name and that the data folder lacked: what needs them cannot be read, here or there. Absent from format 1. */
  readonly missing?: readonly string[];
}

/** True when the list is followed by its hash. */
export function hasManifestHash({ format }: Manifest): boolean {
  return format > 1;
}

const pathPattern = /^(?:tables|artifacts)\/[0-9a-f-]+\/[0-9a-f.a-z]+$/;

/** @throws Error naming what is wrong; the text comes from a file that may be anything. */
export function parseManifest(text: string): Manifest {
  const value = JSON.parse(text) as Partial<Manifest>;
  if (!readFormats.includes(value.format ?? 0))
    throw new Error(`the format ${String(value.format)} is none of ${readFormats.join(", ")}, which this release reads`);
  if (!Array.isArray(value.migrations) || !Array.isArray(value.tables) || !Array.isArray(value.files))
    throw new Error("the manifest is not whole");
  for (const table of value.tables)
    if (!/^[a-z_]+$/.test(table.name) || !table.columns.every((name: string) => /^[a-z0-9_]+$/.test(name)))
      throw new Error(`the table name ${table.name} is not possible`);
  for (const file of value.files)
    if (!pathPattern.test(file.path) || file.path.includes("..")) throw new Error(`the path ${file.path} is not possible`);
  return value as Manifest;
}
