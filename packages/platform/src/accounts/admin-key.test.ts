import assert from "node:assert/strict";
import { chmod, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { countingRandom } from "./accounts.fixture.ts";
import { adminKeyFile, openAdminKey } from "./admin-key.ts";

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "megalith-admin-"));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

test("the admin key is made once, readable by its owner only, also when two make it at once", () =>
  inFolder(async (folder) => {
    const random = countingRandom();
    const made = await Promise.all(Array.from({ length: 8 }, () => openAdminKey(folder, random)));
    assert.equal(new Set(made).size, 1);
    assert.match(made[0] as string, /^mgladm_/);
    assert.deepEqual(await readdir(folder), [adminKeyFile]);
    assert.equal((await stat(join(folder, adminKeyFile))).mode & 0o777, 0o600);
    await chmod(join(folder, adminKeyFile), 0o644);
    assert.equal(await openAdminKey(folder, random), made[0]);
    assert.equal((await stat(join(folder, adminKeyFile))).mode & 0o777, 0o600);
  }));

test("a file that holds something else is told, not replaced", () =>
  inFolder(async (folder) => {
    await writeFile(join(folder, adminKeyFile), "password\n");
    await assert.rejects(openAdminKey(folder, countingRandom()), /holds no admin key/);
  }));
