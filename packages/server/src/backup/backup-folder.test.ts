import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { backupFolder } from "./backup-folder.ts";

test("where there is no data folder a backup says what would be right, and makes nothing", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "megalith-no-data-"));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, "all.backup");
  const refusal = { code: "backup.no_data", message: /set MEGALITH_DATA to the folder that `npm start` uses, or run this in its clone/ };
  await assert.rejects(backupFolder({ dataFolder: join(folder, "absent"), file }), refusal);
  await assert.rejects(backupFolder({ dataFolder: join(folder, "absent"), file, databaseUrl: "postgres://nowhere.invalid/x" }), refusal);
  await mkdir(join(folder, "other"));
  await assert.rejects(backupFolder({ dataFolder: join(folder, "other"), file }), refusal);
  assert.deepEqual([await readdir(folder), await readdir(join(folder, "other"))], [["other"], []]);
});
