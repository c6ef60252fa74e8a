import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { writeWhole } from "./output-file.ts";

test("of a file whose content fails half-way what was there stays, and nothing else; a link stays a link", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "megalith-output-"));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, "scores.csv");
  await writeFile(path, "as it was");
  async function* half(): AsyncGenerator<string> {
    yield "x".repeat(100_000);
    throw new Error("cut");
  }
  await assert.rejects(writeWhole(path, half()), /^Error: cut$/);
  assert.deepEqual([await readdir(folder), await readFile(path, "utf8")], [["scores.csv"], "as it was"]);
  await symlink(path, join(folder, "link"));
  await writeWhole(join(folder, "link"), "new");
  assert.deepEqual([(await readdir(folder)).sort(), await readFile(path, "utf8")], [["link", "scores.csv"], "new"]);
  await writeWhole("/dev/null", "gone");
  await assert.rejects(writeWhole(join(folder, "absent/x"), "y"), { code: "ENOENT", path: join(folder, "absent/x") });
});
