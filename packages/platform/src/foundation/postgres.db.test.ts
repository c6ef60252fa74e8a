import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Client } from "pg";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "./postgres.ts";
import { processStart } from "./process-lock.mjs";

/** What a test started; node:test runs the hooks in the order they were made, and a folder may only go after who lives in it. */
const stops: (() => unknown)[] = [];

async function scratch(t: TestContext): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "megalith-postgres-")));
  t.after(async () => {
    for (const stop of stops.splice(0)) await stop();
    await rm(folder, { recursive: true, force: true });
  });
  return folder;
}

async function start(t: TestContext, folder: string, onExit: () => void = () => undefined): Promise<EmbeddedPostgres> {
  const startedAt = performance.now();
  const server = await startEmbeddedPostgres({ folder, log: () => undefined, onExit });
  t.diagnostic(`ready after ${Math.round(performance.now() - startedAt)} ms`);
  stops.push(server.stop);
  return server;
}

async function ask(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  client.on("error", () => undefined);
  await client.connect();
  try {
    return (await client.query(sql)).rows as Record<string, unknown>[];
  } finally {
    await client.end();
  }
}

async function askUntilAnswered(url: string, sql: string): Promise<Record<string, unknown>[]> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask(url, sql);
    } catch (error) {
      if (attempt === 500) throw error;
      await setTimeout(20);
    }
  }
}

/** A process that starts the database and then only lives. */
async function startInProcess(folder: string): Promise<{ pid: number; postgresPid: number; kill: () => Promise<void> }> {
  const module = fileURLToPath(new URL("./postgres.ts", import.meta.url));
  const script = `
    const { startEmbeddedPostgres } = await import(${JSON.stringify(module)});
    const server = await startEmbeddedPostgres({ folder: ${JSON.stringify(folder)}, log: () => {} });
    console.log(server.pid());
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, "exit");
    child.kill("SIGKILL");
    await exit;
  };
  stops.push(kill);
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  return { pid: child.pid as number, postgresPid: Number(line.toString()), kill };
}

test("what is committed is on disk, texts are UTF-8 in an order that no system library changes, times are UTC", async (t) => {
  const server = await start(t, await scratch(t));
  const shown = await ask(
    server.url,
    `select current_setting('fsync') as fsync, current_setting('full_page_writes') as pages, current_setting('synchronous_commit') as synchronous,
      current_setting('server_encoding') as encoding, current_setting('TimeZone') as zone, current_setting('listen_addresses') as addresses,
      datlocprovider as provider, datlocale as locale from pg_database where datname = current_database()`,
  );
  assert.deepEqual(shown, [
    {
      fsync: "on",
      pages: "on",
      synchronous: "on",
      encoding: "UTF8",
      zone: "UTC",
      addresses: "",
      provider: "b",
      locale: "C.UTF-8",
    },
  ]);
});

test("a restart keeps everything, and a stop leaves no process and no lock", async (t) => {
  const folder = await scratch(t);
  const first = await start(t, folder);
  await ask(first.url, "create table kept as select 1 as one");
  const pid = first.pid() as number;
  await first.stop();
  assert.equal(processStart(pid), undefined);
  assert.deepEqual((await readdir(folder)).sort(), ["cluster", "socket"]);
  const second = await start(t, folder);
  assert.equal(second.url, first.url);
  assert.deepEqual(await ask(second.url, "select one from kept"), [{ one: 1 }]);
});

test("a folder has one owner, and two folders do not disturb each other", async (t) => {
  const [one, two] = [await scratch(t), await scratch(t)];
  const [first, second] = await Promise.all([start(t, one), start(t, two)]);
  await assert.rejects(startEmbeddedPostgres({ folder: one, log: () => undefined }), {
    message: `Another Megalith (process ${process.pid}) already uses ${one}.`,
  });
  await ask(first.url, "create table here (one int)");
  await assert.rejects(ask(second.url, "select * from here"), { code: "42P01" });
});

test("after kill -9 of the server the next start has the committed rows, and no PostgreSQL is left over", async (t) => {
  const folder = await scratch(t);
  const first = await startInProcess(folder);
  const url = `postgres://megalith@localhost/megalith?host=${encodeURIComponent(join(folder, "socket"))}`;
  await ask(url, "create table kept as select 7 as seven");
  await first.kill();
  const second = await start(t, folder);
  assert.notEqual(second.pid(), first.postgresPid);
  assert.equal(processStart(first.postgresPid), undefined);
  assert.deepEqual(await ask(second.url, "select seven from kept"), [{ seven: 7 }]);
});

test("a PostgreSQL that outlived its server is stopped, whoever started it", async (t) => {
  const folder = await scratch(t);
  const first = await start(t, folder);
  const command = (await readFile(`/proc/${first.pid()}/cmdline`, "utf8")).split("\0").slice(0, -1);
  await first.stop();
  const root = process.getuid?.() === 0 ? ["unshare", "-U", "--map-user=1", "--map-group=1"] : [];
  const [program, ...parameters] = [...root, ...command] as [string, ...string[]];
  const orphan = spawn(program, parameters, { detached: true, stdio: "ignore" });
  const exit = once(orphan, "exit");
  await askUntilAnswered(first.url, "create table kept as select 1 as one");
  const second = await start(t, folder);
  await exit;
  assert.deepEqual(await ask(second.url, "select one from kept"), [{ one: 1 }]);
});

test("a pid file that names a stranger's process harms neither the start nor the stranger", async (t) => {
  const folder = await scratch(t);
  await (await start(t, folder)).stop();
  const stranger = spawn("sleep", ["60"], { stdio: "ignore" });
  stops.push(() => stranger.kill("SIGKILL"));
  const left = [stranger.pid, join(folder, "cluster"), "1700000000", "5432", join(folder, "socket"), "", "", "ready", ""].join("\n");
  await writeFile(join(folder, "cluster", "postmaster.pid"), left);
  await writeFile(join(folder, "lock"), JSON.stringify({ pid: stranger.pid, start: "another boot 1" }));
  const server = await start(t, folder);
  assert.deepEqual(await ask(server.url, "select 1 as one"), [{ one: 1 }]);
  assert.equal(stranger.exitCode, null);
});

test("PostgreSQL killed with -9 comes back under the same address with what was committed", async (t) => {
  let exitCount = 0;
  const server = await start(t, await scratch(t), () => {
    exitCount++;
  });
  await ask(server.url, "create table kept as select 1 as one");
  const pid = server.pid() as number;
  process.kill(pid, "SIGKILL");
  await setTimeout(50);
  const rows = await askUntilAnswered(server.url, "select one from kept");
  assert.deepEqual(rows, [{ one: 1 }]);
  assert.equal(exitCount, 1);
  assert.notEqual(server.pid(), pid);
});

test("a start that was killed while it made the files is repeated from the beginning", async (t) => {
  const folder = await scratch(t);
  await mkdir(join(folder, "draft-cut", "base"), { recursive: true });
  await writeFile(join(folder, "draft-cut", "PG_VERSION"), "18\n");
  const server = await start(t, folder);
  assert.deepEqual(await ask(server.url, "select 1 as one"), [{ one: 1 }]);
  assert.deepEqual((await readdir(folder)).sort(), ["cluster", "lock", "socket"]);
});

test("a data folder with a very long path under a folder of mode 700 works, and its socket is nobody else's", async (t) => {
  const closed = await scratch(t);
  await chmod(closed, 0o700);
  const folder = join(closed, "a folder with spaces & signs".repeat(4), "and a long name".repeat(5));
  await mkdir(folder, { recursive: true });
  const server = await start(t, folder);
  assert.deepEqual(await ask(server.url, "select 1 as one"), [{ one: 1 }]);
  const socketFolder = new URL(server.url).searchParams.get("host") as string;
  t.after(() => rm(socketFolder, { recursive: true, force: true }));
  const { stdout } = await promisify(execFile)("stat", ["-c", "%a", socketFolder]);
  assert.equal(stdout.trim(), "700");
  assert.ok(Buffer.byteLength(socketFolder) < 90);
});

test("where the system refuses user namespaces, PostgreSQL still runs in a folder of mode 700, and goes with its server", async (t) => {
  const folder = await scratch(t);
  await chmod(folder, 0o700);
  const refusing = await scratch(t);
  await writeFile(join(refusing, "unshare"), "#!/bin/sh\necho unshare failed: Operation not permitted >&2\nexit 1\n", { mode: 0o755 });
  const options = { folder: join(folder, "data"), log: () => undefined, systemPath: `${refusing}:/usr/bin:/bin` };
  const server = await startEmbeddedPostgres(options);
  stops.push(server.stop);
  assert.deepEqual(await ask(server.url, "select 1 as one"), [{ one: 1 }]);
  await server.stop();
  const again = await start(t, join(folder, "data"));
  assert.deepEqual(await ask(again.url, "select 1 as one"), [{ one: 1 }]);
  await again.stop();
  const back = await startEmbeddedPostgres(options);
  stops.push(back.stop);
  assert.deepEqual(await ask(back.url, "select 1 as one"), [{ one: 1 }]);
});

test("root without namespaces and without setpriv is told what to do", async (t) => {
  const folder = await scratch(t);
  const attempt = startEmbeddedPostgres({ folder, log: () => undefined, systemPath: folder });
  if (process.getuid?.() === 0) {
    await assert.rejects(attempt, /start Megalith as an ordinary user, or set DATABASE_URL/);
    assert.deepEqual(await readdir(folder), []);
  } else await (await attempt).stop();
});
