/**
 * Where the files of tables lie: `<folder>/<table uuid>/<version number>.parquet`. Only ids and numbers make paths.
 *
 * A file is moved in by rename after it was flushed, and its directory is flushed before the row that names it commits.
 */
import { chmod, mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export class TableFiles {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  path(tableId: string, number: number): string {
    if (!uuidPattern.test(tableId) || !Number.isSafeInteger(number) || number < 1)
      throw new RangeError(`no table version: ${tableId} ${number}`);
    return join(this.folder, tableId, `${number}.parquet`);
  }

  /** Moves a finished, flushed file in; a file of that number left by a crash is replaced. */
  async publish(from: string, tableId: string, number: number): Promise<void> {
    const path = this.path(tableId, number);
    const directory = join(this.folder, tableId);
    await mkdir(directory, { recursive: true, mode: 0o700 });
    // The library that writes Parquet makes files that everybody may read.
    await chmod(from, 0o600);
    await rename(from, path);
    await syncDirectory(directory);
    await syncDirectory(this.folder);
  }

  async remove(tableId: string): Promise<void> {
    if (uuidPattern.test(tableId)) await rm(join(this.folder, tableId), { recursive: true, force: true });
  }

  /** Removes what no living version names. Returns how many files and directories went. */
  async sweep(living: ReadonlyMap<string, ReadonlySet<number>>): Promise<number> {
    let removed = 0;
    for (const tableId of await readdir(this.folder).catch(() => [])) {
      if (!uuidPattern.test(tableId)) continue;
      const numbers = living.get(tableId);
      if (numbers === undefined) {
        await this.remove(tableId);
        removed++;
        continue;
      }
      for (const file of await readdir(join(this.folder, tableId))) {
        if (numbers.has(Number(/^(\d+)\.parquet$/.exec(file)?.[1] ?? 0))) continue;
        await rm(join(this.folder, tableId, file), { recursive: true, force: true });
        removed++;
      }
    }
    return removed;
  }
}

async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
