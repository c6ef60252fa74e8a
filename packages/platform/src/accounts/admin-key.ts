/** The admin key: made once, kept in `admin.key` of the data folder (mode 600), the way in for the first owner. */
import { chmod, link, open, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { RandomBytes } from "../foundation/index.ts";
import { isSecret, newSecret } from "./secret.ts";

export const adminKeyFile = "admin.key";

/** Reads the key, or makes it: whole or not at all, and of two that make it at once both get the same. @throws Error when the file holds something else. */
export async function openAdminKey(dataFolder: string, random: RandomBytes): Promise<string> {
  const path = join(dataFolder, adminKeyFile);
  return (await readKey(path)) ?? (await makeKey(path, random));
}

async function readKey(path: string): Promise<string | undefined> {
  try {
    const key = (await readFile(path, "utf8")).trim();
    if (!isSecret("mgladm_", key)) throw new Error(`${path} holds no admin key; remove it to get a new one.`);
    if (((await stat(path)).mode & 0o077) !== 0) await chmod(path, 0o600);
    return key;
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

async function makeKey(path: string, random: RandomBytes): Promise<string> {
  const key = newSecret("mgladm_", random);
  const partial = `${path}.${key.slice(-6)}.partial`;
  const file = await open(partial, "w", 0o600);
  try {
    await file.writeFile(`${key}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await link(partial, path);
    return key;
  } catch (error) {
    const other = hasCode(error, "EEXIST") ? await readKey(path) : undefined;
    if (other === undefined) throw error;
    return other;
  } finally {
    await rm(partial, { force: true });
  }
}

function hasCode(error: unknown, code: string): boolean {
  return (error as { code?: unknown } | undefined)?.code === code;
}
