import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { test } from "node:test";
import { makeDraftFolder, openDraft } from "./draft.ts";

test("what an ended process left beside a place goes with the next, what a living one or another machine makes stays", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "megalith-draft-"));
  t.after(() => rm(folder, { recursive: true }));
  const place = join(folder, "scores.csv");
  const mine = await makeDraftFolder(place);
  const ended = spawnSync(process.execPath, ["-p", "process.pid"], { encoding: "utf8" }).stdout.trim();
  const [, machine, , start] = /-([0-9a-f]+)-(\d+)-([0-9a-f]+)-\d+$/.exec(mine) ?? [];
  const left = join(folder, `.scores.csv.draft-${machine}-${ended}-${start}-1`);
  const reused = join(folder, `.scores.csv.draft-${machine}-${process.pid}-${"0".repeat(8)}-1`);
  const foreign = join(folder, `.scores.csv.draft-${"0".repeat(8)}-${ended}-${start}-1`);
  const other = join(folder, `.other.csv.draft-${machine}-${ended}-${start}-1`);
  await mkdir(left);
  for (const path of [join(left, "inside"), reused, foreign, other]) await writeFile(path, "half");
  const { path: next, file } = await openDraft(place, 0o600);
  await file.close();
  assert.deepEqual((await readdir(folder)).sort(), [mine, next, foreign, other].map((path) => basename(path)).sort());
});

test("a draft of a long name fits, and one that cannot be made is told by its place", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "megalith-draft-"));
  t.after(() => rm(folder, { recursive: true }));
  await makeDraftFolder(join(folder, "é".repeat(127)));
  const place = join(folder, "absent/x");
  await assert.rejects(openDraft(place, 0o600), { code: "ENOENT", path: place, message: /absent.x/ });
});
