/**
 * Artifact files by content: `<folder>/<first two hex digits>/<sha256>.mglf`.
 *
 * Written to a temporary name, synced, renamed, and the folder synced: a crash leaves the whole file or none.
 */
import { createHash } from "node:crypto";
import { access, mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { MegalithError } from "@megalith/contract";

export class ArtifactStore {
  private readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  path(sha256: string): string {
    if (!/^[0-9a-f]{64}$/.test(sha256)) throw new RangeError(`not a SHA-256: ${sha256}`);
    return join(this.folder, sha256.slice(0, 2), `${sha256}.mglf`);
  }

  /** Makes the bytes durable. @param sha256 theirs, of `digestOf`. Storing the same bytes again is harmless. */
  async put(bytes: Uint8Array, sha256: string, temporaryName: string): Promise<void> {
    const path = this.path(sha256);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const temporary = join(dirname(path), `.${temporaryName}.partial`);
    const file = await open(temporary, "w", 0o600);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    const parent = await open(dirname(path), "r");
    try {
      await parent.sync();
    } finally {
      await parent.close();
    }
  }

  has(sha256: string): Promise<boolean> {
    return access(this.path(sha256)).then(
      () => true,
      () => false,
    );
  }

  remove(sha256: string): Promise<void> {
    return rm(this.path(sha256), { force: true });
  }

  /** @throws MegalithError "registry.artifact_damaged" when the file is gone or its bytes are not the ones that were registered. */
  async get(sha256: string): Promise<Uint8Array> {
    let bytes: Uint8Array;
    try {
      bytes = await readFile(this.path(sha256));
    } catch (cause) {
      throw new MegalithError("registry.artifact_damaged", { values: { sha256 }, cause });
    }
    if (digestOf(bytes) !== sha256) throw new MegalithError("registry.artifact_damaged", { values: { sha256 } });
    return bytes;
  }

  /** Removes half-written files that nobody has written to since `before`: what another process writes now is newer. @returns how many. */
  async sweep(before: Date): Promise<number> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    let count = 0;
    for (const entry of await readdir(this.folder, { recursive: true })) {
      if (!entry.endsWith(".partial")) continue;
      const path = join(this.folder, entry);
      const changed = await stat(path).catch(() => undefined);
      if (changed === undefined || changed.mtimeMs >= before.getTime()) continue;
      await rm(path, { force: true });
      count++;
    }
    return count;
  }
}

/** The name of an artifact: SHA-256 in hex. */
export function digestOf(artifact: Uint8Array): string {
  return createHash("sha256").update(artifact).digest("hex");
}
