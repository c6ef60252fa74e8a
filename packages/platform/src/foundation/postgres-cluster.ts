/**
 * The files of the embedded PostgreSQL: made once and whole, and never served by two at once.
 *
 * Layout of the folder: `cluster/` (PostgreSQL's own), `lock` (which Megalith process has it), `socket/` when the
 * path is short enough for a Unix socket.
 */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { chmod, chown, lstat, mkdir, mkdtemp, readdir, readFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";
import type { PostgresBinaries, Runner } from "./postgres-binaries.ts";
import { processStart } from "./process-lock.mjs";

const run = promisify(execFile);
/** sun_path holds 108 bytes with its final zero on Linux, 104 on macOS. */
const socketPathBytes = 103;
const socketName = "/.s.PGSQL.5432";

/** Makes the cluster when there is none. A start that was killed halfway leaves only a draft, which the next removes. */
export async function ensureCluster(folder: string, binaries: PostgresBinaries, runner: Runner): Promise<string> {
  const cluster = join(folder, "cluster");
  for (const name of await readdir(folder)) {
    if (name.startsWith("draft-")) await rm(join(folder, name), { recursive: true, force: true });
  }
  const exists = await stat(join(cluster, "PG_VERSION")).then(
    () => true,
    () => false,
  );
  if (exists) {
    await giveTo(cluster, runner);
    return cluster;
  }
  const draft = await mkdtemp(join(folder, "draft-"));
  await giveTo(draft, runner);
  const parameters = ["-D", draft, "-U", "megalith", "-A", "trust", "-E", "UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"];
  const { program, parameters: wrapped } = runner.wrap(binaries.initdb, [...parameters, "--locale=C", "-c", "timezone=UTC"]);
  try {
    await run(program, wrapped, { env: runner.environment });
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    const { stderr = "" } = error as { stderr?: string };
    throw new Error(`PostgreSQL could not make its files in ${folder}: ${stderr.trim() || (error as Error).message}`, { cause: error });
  }
  await rename(draft, cluster);
  return cluster;
}

/** After a change of the way to run (root, namespace, another user) the files still belong to the one before. */
async function giveTo(path: string, runner: Runner): Promise<void> {
  if (runner.owner === undefined) return;
  const { uid, gid } = runner.owner;
  if ((await lstat(path)).uid === uid) return;
  await chown(path, uid, gid);
  for (const name of await readdir(path, { recursive: true })) await chown(join(path, name), uid, gid);
}

/** A folder for the socket that only this user can enter, with a path short enough. */
export async function ensureSocketFolder(folder: string, runner: Runner): Promise<string> {
  const near = join(await realpath(folder), "socket");
  if (Buffer.byteLength(near + socketName) <= socketPathBytes) {
    await mkdir(near, { recursive: true, mode: 0o700 });
    await giveTo(near, runner);
    return near;
  }
  const uid = runner.owner?.uid ?? process.getuid?.() ?? 0;
  const key = createHash("sha256").update(near).digest("hex").slice(0, 16);
  const far = join(tmpdir(), `megalith-${uid}-${key}`);
  await mkdir(far, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
  const found = await lstat(far);
  if (found.isDirectory() && found.uid === (process.getuid?.() ?? 0)) {
    await chmod(far, 0o700);
    await giveTo(far, runner);
    return far;
  }
  if (found.isDirectory() && found.uid === uid && (found.mode & 0o077) === 0) return far;
  const own = await mkdtemp(join(tmpdir(), "megalith-"));
  await giveTo(own, runner);
  return own;
}

/** Stops a PostgreSQL that an earlier process left behind on this cluster. @returns the pid it had. */
export async function stopOrphan(cluster: string): Promise<number | undefined> {
  const lines = await postmasterLines(cluster);
  const pid = Number(lines[0]);
  if (!Number.isSafeInteger(pid) || pid <= 0 || processStart(pid) === undefined) return undefined;
  if (!(await isPostgres(pid, cluster))) {
    // The number went to a stranger. PostgreSQL would wait for it, but takes its own parent's number for left over, and
    // still looks at the shared memory named further down for children that live.
    await writeFile(join(cluster, "postmaster.pid"), [process.pid, ...lines.slice(1)].join("\n"));
    return undefined;
  }
  // Fast, then immediate (recovers from its log at the next start), then by force.
  for (const [signal, waitMs] of [
    ["SIGINT", 2000],
    ["SIGQUIT", 1000],
    ["SIGKILL", 1000],
  ] as const) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
    for (let waitedMs = 0; waitedMs < waitMs; waitedMs += 20) {
      if (processStart(pid) === undefined) return pid;
      await setTimeout(20);
    }
  }
  throw new Error(`An earlier PostgreSQL (process ${pid}) still runs on ${cluster} and does not stop.`);
}

/** Whether that process really is a PostgreSQL on this cluster and not somebody who got its number later. */
async function isPostgres(pid: number, cluster: string): Promise<boolean> {
  const command =
    process.platform === "linux"
      ? (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).replaceAll("\0", " ")
      : (await run("ps", ["-ww", "-o", "command=", "-p", String(pid)]).catch(() => ({ stdout: "" }))).stdout;
  return command.includes(`postgres -D ${cluster} `);
}

/** @returns the lines of postmaster.pid: pid, data folder, start, port, socket folder, address, shared memory, status. */
export async function postmasterLines(cluster: string): Promise<string[]> {
  return (await readFile(join(cluster, "postmaster.pid"), "utf8").catch(() => "")).split("\n").map((line) => line.trim());
}
