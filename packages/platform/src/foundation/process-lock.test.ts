import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { processStart, tryLock } from "./process-lock.mjs";

async function scratch(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "megalith-lock-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

const module = fileURLToPath(new URL("./process-lock.mjs", import.meta.url));

function runLocking(path: string, after: string): ReturnType<typeof spawn> {
  const script = `import { tryLock } from ${JSON.stringify(module)}; const lock = tryLock(${JSON.stringify(path)}); ${after}`;
  return spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: ["ignore", "pipe", "inherit"] });
}

test("a lock that is held names its holder, and is free again after its release", async (t) => {
  const path = join(await scratch(t), "lock");
  const first = tryLock(path);
  assert.equal(first.holder, undefined);
  assert.equal(tryLock(path).holder, process.pid);
  first.release?.();
  assert.equal(tryLock(path).holder, undefined);
});

test("a holder that was killed with -9 holds nothing", async (t) => {
  const folder = await scratch(t);
  const path = join(folder, "lock");
  const child = runLocking(path, "console.log('locked'); setInterval(() => {}, 1000);");
  assert.ok(child.stdout);
  await once(child.stdout, "data");
  assert.equal(tryLock(path).holder, child.pid);
  child.kill("SIGKILL");
  await once(child, "exit");
  assert.equal(tryLock(path).holder, undefined);
  assert.deepEqual(await readdir(folder), ["lock"]);
});

test("a pid that was given out again, and a file cut short by a crash, hold nothing", async (t) => {
  const path = join(await scratch(t), "lock");
  await writeFile(path, JSON.stringify({ pid: process.pid, start: "another boot 1" }));
  assert.equal(tryLock(path).holder, undefined);
  await writeFile(path, '{"pid":');
  assert.equal(tryLock(path).holder, undefined);
});

test("of many that find a stale lock at the same time, one gets it", async (t) => {
  const path = join(await scratch(t), "lock");
  for (let round = 0; round < 3; round++) {
    await writeFile(path, JSON.stringify({ pid: 1, start: "another boot 1" }));
    const children = Array.from({ length: 4 }, () => runLocking(path, "console.log(lock.holder ?? 'mine'); setTimeout(() => {}, 3000);"));
    t.after(() => children.map((child) => child.kill("SIGKILL")));
    const answers = await Promise.all(
      children.map(async ({ stdout }) => {
        assert.ok(stdout);
        return String((await once(stdout, "data"))[0]).trim();
      }),
    );
    assert.equal(answers.filter((answer) => answer === "mine").length, 1, answers.join(" "));
    await Promise.all(
      children.map(async (child) => {
        child.kill("SIGKILL");
        await once(child, "exit");
      }),
    );
  }
});

test("a process that ended has no start, this one always the same", () => {
  assert.equal(processStart(process.pid), processStart(process.pid));
  assert.equal(processStart(2 ** 30), undefined);
});
