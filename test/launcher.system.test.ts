import assert from "node:assert/strict";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { processStart } from "@megalith/platform/foundation";
import { makeHouse } from "./launcher.fixture.ts";

async function untilGone(pid: number): Promise<void> {
  for (let attempt = 0; processStart(pid) !== undefined; attempt++) {
    if (attempt === 500) throw new Error(`The process ${pid} is still there.`);
    await setTimeout(20);
  }
}

test("a command runs on Node 26 with its arguments, quietly, and its exit code is passed on", async (t) => {
  const { start, npmCalls } = await makeHouse(t, { installed: "packages" });
  const launch = start(["train", "7", "--target", "a b"]);
  assert.deepEqual(await launch.ended, 7);
  const { major, parameters } = await launch.said;
  assert.deepEqual([major, parameters], [26, ["train", "7", "--target", "a b"]]);
  assert.equal(launch.errors(), "");
  assert.deepEqual(await npmCalls(), []);
});

test("one SIGINT or SIGTERM to the launcher is one to the server, and the end is clean", async (t) => {
  const { start } = await makeHouse(t, { installed: "packages" });
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    const launch = start(["up"]);
    await launch.said;
    launch.child.kill(signal);
    assert.equal(await launch.ended, 0);
    assert.equal(launch.output().match(/stopping/g)?.length, 1);
    assert.ok(launch.output().includes(`stopping ${signal}`));
  }
});

test("a server that is killed with -9 ends the launcher with 137", async (t) => {
  const { start } = await makeHouse(t, { installed: "packages" });
  const launch = start(["up"]);
  process.kill((await launch.said).pid, "SIGKILL");
  assert.equal(await launch.ended, 137);
});

test("a launcher that is killed with -9 leaves no server behind", async (t) => {
  const { start } = await makeHouse(t, { installed: "packages" });
  const launch = start(["up"]);
  const { pid } = await launch.said;
  launch.child.kill("SIGKILL");
  await untilGone(pid);
  await launch.ended;
  assert.match(launch.output(), /stopping SIGTERM/);
});

test("an empty clone is installed once without test tools, however many start at the same time", async (t) => {
  const { start, npmCalls } = await makeHouse(t, { installed: "nothing" });
  const launches = [start(["train"]), start(["train"]), start(["train"])];
  for (const launch of launches) assert.equal(await launch.ended, 0, launch.errors());
  assert.deepEqual(await npmCalls(), ["ci --ignore-scripts --include=optional --no-audit --no-fund --loglevel=error --omit=dev"]);
  const errors = launches.map(({ errors }) => errors());
  assert.equal(errors.filter((text) => /^Installing packages \(npm.*\) … [\d.]+ s\n$/.test(text)).length, 1, errors.join());
});

test("what changes in the lock file is installed, and test tools that are there stay", async (t) => {
  const { start, npmCalls, changeLock } = await makeHouse(t, { installed: "tools" });
  assert.equal(await start(["train"]).ended, 0);
  assert.deepEqual(await npmCalls(), []);
  await changeLock({ "": {}, "node_modules/one": { version: "1.0.1" }, "node_modules/tool": { version: "2.0.0", dev: true } });
  assert.equal(await start(["train"]).ended, 0);
  assert.equal(await start(["train"]).ended, 0);
  assert.deepEqual(await npmCalls(), ["ci --ignore-scripts --include=optional --no-audit --no-fund --loglevel=error --include=dev"]);
});

test("the tests add their tools to what is installed, without taking it away", async (t) => {
  const { start, npmCalls } = await makeHouse(t, { installed: "packages" });
  const launch = start(["test", "0"]);
  assert.equal(await launch.ended, 0, launch.errors());
  assert.deepEqual((await launch.said).parameters, ["0"]);
  assert.deepEqual(await npmCalls(), [
    "install --no-save --ignore-scripts --include=optional --no-audit --no-fund --loglevel=error --include=dev",
  ]);
});

test("a start that was killed while it installed is repeated by the next", async (t) => {
  const { folder, start, npmCalls } = await makeHouse(t, { installed: "nothing" });
  const first = start(["train"]);
  while ((await npmCalls()).length === 0) await setTimeout(10);
  first.child.kill("SIGKILL");
  await first.ended;
  await rm(join(folder, "node_modules"), { recursive: true, force: true });
  assert.equal(await start(["train"]).ended, 0);
  assert.equal((await npmCalls()).length, 2);
});

test("without npm, without a network and without a package for this machine one line says what to do", async (t) => {
  const { folder, start } = await makeHouse(t, { installed: "nothing" });
  const lonely = start(["up"], { PATH: "/nowhere" });
  assert.equal(await lonely.ended, 1);
  assert.match(lonely.errors(), /megalith: npm is not here: install Node with npm/);
  await writeFile(join(folder, "bin/npm"), "#!/bin/sh\necho 'npm error code ENOTFOUND' >&2\nexit 1\n", { mode: 0o755 });
  const offline = start(["up"]);
  assert.equal(await offline.ended, 1);
  assert.match(offline.errors(), /megalith: npm cannot reach its registry: connect to the network/);
  assert.doesNotMatch(offline.errors(), /at .*start\.mjs/);
});
