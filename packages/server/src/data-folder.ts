/** The data folder and what lies in it: for the user who runs the server, and for nobody else on the machine. */
import { chmod, mkdir, stat } from "node:fs/promises";
import { join } from "node:path";

const parts = ["artifacts", "tables", "staging"] as const;

/**
 * Makes what is missing and closes what an earlier release left open. The folder itself, when there is one, stays as its owner made it.
 * @throws what the system says when a part can be neither made nor closed.
 */
export async function openDataFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const part of parts) {
    const path = join(folder, part);
    await mkdir(path, { recursive: true, mode: 0o700 });
    const { mode } = await stat(path);
    if ((mode & 0o077) !== 0) await chmod(path, 0o700);
  }
}
