/** The admin key: made once, kept in `admin.key` of the data folder (mode 600), the way in for the first owner. */
import { open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import type { RandomBytes } from "../foundation/index.ts";
import { isSecret, newSecret } from "./secret.ts";

export const adminKeyFile = "admin.key";

/** Reads the key, or makes it atomically. @throws Error when the file holds something else. */
export async function openAdminKey(dataFolder: string, random: RandomBytes): Promise<string> {
  const path = join(dataFolder, adminKeyFile);
  const present = await readFile(path, "utf8").catch((error: { code?: string }) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (present !== undefined) {
    const key = present.trim();
    if (!isSecret("mgladm_", key)) throw new Error(`${path} holds no admin key; remove it to get a new one.`);
    return key;
  }
  const key = newSecret("mgladm_", random);
  const file = await open(`${path}.partial`, "w", 0o600);
  try {
    await file.writeFile(`${key}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.partial`, path);
  return key;
}
