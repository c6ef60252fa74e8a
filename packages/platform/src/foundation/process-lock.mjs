/**
 * A lock held by a process, in a file: it ends with its holder, however that ends.
 *
 * The file names the holder by pid and start time, so neither kill -9 nor a pid that was given out again keeps it.
 * Plain JavaScript, because the launcher uses it before anything is installed. Processes of one machine only.
 */
import { execFileSync } from "node:child_process";
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";

/** When a process started, as an opaque text; undefined when there is none with this pid. */
export function processStart(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code !== "EPERM") return undefined;
  }
  if (process.platform === "linux") {
    try {
      const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
        .replace(/^.*\) /s, "")
        .split(" ");
      const dead = fields[0] === "Z" || fields[0] === "X";
      return dead ? undefined : `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()} ${fields[19]}`;
    } catch {
      return undefined;
    }
  }
  if (process.platform === "win32") return "unknown";
  try {
    return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8", env: { LC_ALL: "C" } }).trim() || undefined;
  } catch {
    return undefined;
  }
}

/**
 * Takes the lock, or says who has it.
 * @returns { release } or { holder: pid }
 */
export function tryLock(path) {
  const mine = JSON.stringify({ pid: process.pid, start: processStart(process.pid) });
  const draft = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  writeFileSync(draft, mine, { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < 100; attempt++) {
      try {
        linkSync(draft, path);
        return { release: () => releaseLock(path, mine) };
      } catch (error) {
        if (error.code !== "EEXIST") throw error;
      }
      const holder = lockHolder(path);
      if (holder.pid !== undefined) return { holder: holder.pid };
      if (holder.text !== undefined) removeStale(path, holder.text);
    }
    throw new Error(`The lock ${path} could not be taken; delete it if no Megalith runs here.`);
  } finally {
    rmSync(draft, { force: true });
  }
}

function lockHolder(path) {
  let text;
  try {
    text = readFileSync(path, "utf8");
    const { pid, start } = JSON.parse(text);
    return processStart(pid) === start ? { pid, text } : { text };
  } catch {
    return { text };
  }
}

/** Two may find the same stale lock: who moves a fresh one aside by mistake puts it back. */
function removeStale(path, stale) {
  const aside = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  try {
    renameSync(path, aside);
    if (readFileSync(aside, "utf8") !== stale) linkSync(aside, path);
  } catch (error) {
    if (error.code !== "ENOENT" && error.code !== "EEXIST") throw error;
  }
  rmSync(aside, { force: true });
}

function releaseLock(path, mine) {
  try {
    if (readFileSync(path, "utf8") === mine) rmSync(path);
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
  }
}
