/**
 * Artifact files by content: `<folder>/<first two hex digits>/<sha256>.mglf`.
 *
 * Written to a temporary name, synced, renamed, and the folder synced: a crash leaves the whole file or none.
 */
import { createHash } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
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

  /** Makes the bytes durable. @returns their SHA-256 in hex. Storing the same bytes again is harmless. */
  async put(bytes: Uint8Array, temporaryName: string): Promise<string> {
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const path = this.path(sha256);
    await mkdir(dirname(path), { recursive: true });
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
    return sha256;
  }

  /** @throws MegalithError "registry.artifact_damaged" when the file is gone or its bytes are not the ones that were registered. */
  async get(sha256: string): Promise<Uint8Array> {
    let bytes: Uint8Array;
    try {
      bytes = await readFile(this.path(sha256));
    } catch (cause) {
      throw new MegalithError("registry.artifact_damaged", { values: { sha256 }, cause });
    }
    if (createHash("sha256").update(bytes).digest("hex") !== sha256)
      throw new MegalithError("registry.artifact_damaged", { values: { sha256 } });
    return bytes;
  }

  /** Removes half-written files of a process that died. Call at start only. @returns how many. */
  async sweep(): Promise<number> {
    await mkdir(this.folder, { recursive: true });
    let count = 0;
    for (const entry of await readdir(this.folder, { recursive: true })) {
      if (!entry.endsWith(".partial")) continue;
      await rm(join(this.folder, entry), { force: true });
      count++;
    }
    return count;
  }
}
