/**
 * Builds the console once per state of its sources: `.cache/console/<hash>/`, moved there whole.
 *
 * The hash covers every file that goes into the page and the lock file, so a build is never stale.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { LaunchError, root } from "./launch.mjs";

const home = join(root, "packages/console");
const keptCount = 3;

/** Flags for `megalith up`. A console that cannot be built is told and left out: the service itself needs none. */
export function consoleFlags(node) {
  try {
    const folder = ensureConsole(node);
    return folder === undefined ? [] : ["--console-folder", folder];
  } catch (error) {
    if (!(error instanceof LaunchError)) throw error;
    process.stderr.write(`megalith: ${error.message}\nMegalith starts without its console.\n`);
    return [];
  }
}

/** @returns the folder of the built console, undefined when this clone has none. */
function ensureConsole(node) {
  if (!existsSync(join(home, "index.html"))) return undefined;
  const cache = join(root, ".cache/console");
  const folder = join(cache, sourceHash());
  if (existsSync(join(folder, "index.html"))) {
    utimesSync(folder, new Date(), new Date());
    return folder;
  }
  const startedAt = Date.now();
  process.stderr.write("Building the console … ");
  mkdirSync(cache, { recursive: true });
  const draft = `${folder}.draft-${process.pid}`;
  const vite = join(dirname(createRequire(join(home, "package.json")).resolve("vite/package.json")), "bin/vite.js");
  const built = spawnSync(node, [vite, "build", "--outDir", draft, "--emptyOutDir", "--logLevel", "warn"], { cwd: home, encoding: "utf8" });
  if (built.status !== 0) {
    rmSync(draft, { recursive: true, force: true });
    process.stderr.write("failed\n");
    throw new LaunchError(`The console could not be built:\n${built.stdout ?? ""}${built.stderr ?? built.error?.message ?? ""}`);
  }
  moveWhole(draft, folder);
  removeOld(cache);
  process.stderr.write(`${((Date.now() - startedAt) / 1000).toFixed(1)} s\n`);
  return folder;
}

function moveWhole(draft, folder) {
  try {
    renameSync(draft, folder);
  } catch (error) {
    // Somebody else was faster with the same sources.
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(join(folder, "index.html"))) throw error;
  }
}

function sourceHash() {
  const hash = createHash("sha256");
  const folders = [home, join(root, "packages/client"), join(root, "packages/contract")];
  for (const path of [...folders.flatMap(listFiles), join(root, "package-lock.json")]) {
    hash
      .update(`${path.slice(root.length)}\0`)
      .update(readFileSync(path))
      .update("\0");
  }
  return hash.digest("hex").slice(0, 16);
}

function listFiles(folder) {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === "node_modules" || entry.name === "dist" ? [] : listFiles(path);
    return /\.test\.tsx?$/.test(entry.name) ? [] : [path];
  });
}

/** Drafts of builds that were killed, and all but the last used. */
function removeOld(cache) {
  const dayMs = 86_400_000;
  const entries = readdirSync(cache).map((name) => ({ path: join(cache, name), name, usedAt: statSync(join(cache, name)).mtimeMs }));
  const builds = entries.filter(({ name }) => !name.includes(".draft-")).sort((a, b) => b.usedAt - a.usedAt);
  const drafts = entries.filter(({ name, usedAt }) => name.includes(".draft-") && usedAt < Date.now() - dayMs);
  for (const { path } of [...builds.slice(keptCount), ...drafts]) rmSync(path, { recursive: true, force: true });
}
