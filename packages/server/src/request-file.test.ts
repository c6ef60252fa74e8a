import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { requestFile } from "./request-file.ts";

test("lines stand in the order in which they came, the last ones within two bounded parts, for the owner's eyes", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "megalith-requests-"));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, "requests.log");
  const file = requestFile(path, 40);
  for (let line = 0; line < 20; line++) file.write(`line ${String(line).padStart(2, "0")}\n`);
  await file.flushed();
  assert.deepEqual((await readdir(folder)).sort(), ["requests.log", "requests.log.1"]);
  const parts = [await readFile(`${path}.1`, "utf8"), await readFile(path, "utf8")];
  assert.deepEqual(
    parts.join("").trim().split("\n"),
    Array.from({ length: 10 }, (_, index) => `line ${index + 10}`),
  );
  assert.equal((await stat(path)).mode & 0o777, 0o600);
});

test("what cannot be written is dropped, and the next lines are written when it can be again", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "megalith-requests-"));
  t.after(() => rm(folder, { recursive: true }));
  const file = requestFile(join(folder, "later/requests.log"));
  file.write("lost\n");
  await file.flushed();
  await mkdir(join(folder, "later"));
  file.write("kept\n");
  await file.flushed();
  assert.equal(await readFile(join(folder, "later/requests.log"), "utf8"), "kept\n");
});
