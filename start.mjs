/**
 * Starts Megalith from a fresh clone: `node start.mjs up | test | prove | <any megalith command>`.
 *
 * Runs on any Node from 18 on with nothing installed. Each step says a line on stderr, and only when it has something
 * to do: install packages, build the console, then hand over to Node 26. Starts at the same time wait for each other.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { consoleFlags } from "./packages/cli/bin/console-build.mjs";
import { findNode, finish, LaunchError, root, runScript } from "./packages/cli/bin/launch.mjs";
import { tryLock } from "./packages/platform/src/foundation/process-lock.mjs";

const stampPath = join(root, ".cache/installed");
const lockFilePath = join(root, "package-lock.json");
const installedPath = join(root, "node_modules/.package-lock.json");
const scripts = { test: "tools/run-tests.ts", prove: "tools/prove.ts" };

await finish(async () => {
  const [command, ...rest] = process.argv.slice(2);
  const isCheck = command === "test" || command === "prove";
  requireNode();
  const { node, flags } = await prepare(command, isCheck);
  if (isCheck) return runScript(node, scripts[command], rest);
  return runScript(node, "packages/cli/src/main.ts", [...process.argv.slice(2), ...flags]);
});

function requireNode() {
  const major = Number(process.versions.node.split(".")[0]);
  if (major < 18) throw new LaunchError(`This Node is ${process.version}; any Node from 18 on can start Megalith (https://nodejs.org).`);
}

/** Packages and console, one start at a time. */
async function prepare(command, withTools) {
  mkdirSync(join(root, ".cache"), { recursive: true });
  const release = await waitForLock(join(root, ".cache/lock"));
  try {
    if (!isInstalled(withTools)) await install(withTools);
    const node = findNode();
    return { node, flags: command === "up" ? consoleFlags(node) : [] };
  } finally {
    release();
  }
}

async function waitForLock(path) {
  for (let isFirst = true; ; isFirst = false) {
    const lock = tryLock(path);
    if (lock.holder === undefined) return lock.release;
    if (isFirst) process.stderr.write(`Waiting for another start (process ${lock.holder}) to finish installing …\n`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** The stamp says what was found installed last; without one (npm ci by hand) npm's own record is compared. */
function isInstalled(withTools) {
  const lockText = readFileSync(lockFilePath, "utf8");
  const lock = createHash("sha256").update(lockText).digest("hex");
  const stamp = readJson(stampPath);
  const installedAt = existsSync(installedPath) ? statSync(installedPath).mtimeMs : undefined;
  const isStamped = stamp?.lock === lock && stamp.installedAt === installedAt;
  if (isStamped && (stamp.tools || !withTools)) return true;
  const tools = matches(lockText, true);
  if (!tools && (withTools || !matches(lockText, false))) return false;
  writeFileSync(stampPath, JSON.stringify({ lock, installedAt, tools }));
  return true;
}

function matches(lockText, withTools) {
  const installed = readJson(installedPath)?.packages;
  if (installed === undefined) return false;
  return Object.entries(JSON.parse(lockText).packages).every(([path, wanted]) => {
    if (path === "" || !path.startsWith("node_modules/") || wanted.optional || wanted.devOptional) return true;
    if (wanted.dev && !withTools) return true;
    return wanted.link ? existsSync(join(root, path)) : installed[path]?.version === wanted.version;
  });
}

/**
 * What is there is never made less: where the tools are installed they stay. Where only the tools are missing they are
 * added, because `npm ci` would pull the packages from under a server that runs in this clone.
 */
async function install(withTools) {
  const onlyAdds = matches(readFileSync(lockFilePath, "utf8"), false);
  const hadTools = readJson(stampPath)?.tools === true || existsSync(join(root, "node_modules/typescript"));
  const tools = withTools || hadTools;
  const startedAt = Date.now();
  process.stderr.write(
    `Installing ${onlyAdds ? "test tools" : tools ? "packages and test tools" : "packages"} (npm, up to two minutes the first time) … `,
  );
  rmSync(stampPath, { force: true });
  if (!onlyAdds) rmSync(installedPath, { force: true });
  const flags = [
    ...(onlyAdds ? ["install", "--no-save"] : ["ci"]),
    "--ignore-scripts",
    "--include=optional",
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
  ];
  const { code, output } = await npm([...flags, ...(tools ? ["--include=dev"] : ["--omit=dev"])]);
  if (code !== 0) {
    process.stderr.write("failed\n");
    throw new LaunchError(`${adviceFor(output)}\n${output.trim()}`);
  }
  process.stderr.write(`${((Date.now() - startedAt) / 1000).toFixed(1)} s\n`);
  isInstalled(withTools);
}

function adviceFor(output) {
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|ENOTCACHED|ERR_SOCKET_TIMEOUT/.test(output)) {
    return "npm cannot reach its registry: connect to the network, or name a mirror with `npm config set registry URL`, and start again.";
  }
  if (/ENOSPC/.test(output)) return "The disk is full: the packages need about 1 GB.";
  if (/EACCES|EPERM|EROFS/.test(output)) return `npm may not write in ${root}: start as the user who owns the clone.`;
  return "npm could not install the packages; it says:";
}

function npm(parameters) {
  const inherited = process.env.npm_execpath;
  const isNpm = inherited !== undefined && /npm-cli\.[cm]?js$/.test(inherited);
  const [program, ...first] = isNpm ? [process.execPath, inherited] : [process.platform === "win32" ? "npm.cmd" : "npm"];
  // The settings of an outer `npm start` must not reach the inner npm: `npm start --omit=…` would change what is installed.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_config_(omit|include|production)$/i.test(name) && name !== "NODE_ENV"),
  );
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...first, ...parameters], {
      cwd: root,
      env,
      shell: process.platform === "win32",
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk) => {
        output = (output + chunk).slice(-4000);
      });
    }
    child.on("error", (error) => {
      if (error.code !== "ENOENT") return reject(error);
      reject(new LaunchError("npm is not here: install Node with npm (https://nodejs.org), or Debian's package `npm`."));
    });
    child.on("close", (code) => resolve({ code, output }));
  });
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}
