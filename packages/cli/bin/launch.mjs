/**
 * Finds the Node that Megalith brings along and runs a program of this repository with it.
 *
 * Plain JavaScript for any Node from 18 on: it runs before anything newer is there.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));

/** What the person at the keyboard can put right; printed without a stack. */
export class LaunchError extends Error {}

/** The path of the Node 26 that npm installed for this machine, or this process's own when that is new enough. */
export function findNode() {
  const { optionalDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const system = `${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
  const names = Object.keys(optionalDependencies).filter((name) => name.endsWith(`-${system}`));
  const program = process.platform === "win32" ? "node.exe" : "node";
  for (const name of names) {
    const path = join(root, "node_modules", name, "bin", program);
    if (existsSync(path)) return path;
  }
  if (Number(process.versions.node.split(".")[0]) >= 26) return process.execPath;
  if (names.length === 0)
    throw new LaunchError(`There is no Node 26 in npm for ${system}: install Node 26 yourself and start Megalith with it.`);
  throw new LaunchError(`Node 26 (${names.join(", ")}) is not installed: run \`node start.mjs up\`, or \`npm ci\` with optional packages.`);
}

/**
 * Runs a script and takes over its exit code. Signals reach it once; when this process is killed it is asked to stop.
 * @returns the exit code, 128 + number after a signal.
 */
export function runScript(node, script, parameters) {
  const canFollow = process.platform === "linux" && spawnSync("setpriv", ["--pdeathsig", "TERM", "true"], { stdio: "ignore" }).status === 0;
  const command = [...(canFollow ? ["setpriv", "--pdeathsig", "TERM"] : []), node, join(root, script), ...parameters];
  return new Promise((resolve, reject) => {
    const child = spawn(command[0], command.slice(1), { stdio: "inherit" });
    const sent = new Set();
    // Ctrl-C in a terminal reaches the child by itself, with the whole foreground group.
    if (process.stdin.isTTY) sent.add("SIGINT-terminal");
    for (const signal of ["SIGINT", "SIGTERM"]) {
      process.on(signal, () => {
        if (signal === "SIGINT" && sent.delete("SIGINT-terminal")) return;
        if (sent.has(signal)) return;
        sent.add(signal);
        child.kill(signal);
      });
    }
    child.on("error", reject);
    child.on("exit", (code, signal) => resolve(code ?? 128 + constants.signals[signal]));
  });
}

/** Runs the steps of a command and ends the process with its exit code. */
export async function finish(steps) {
  try {
    process.exitCode = await steps();
  } catch (error) {
    if (!(error instanceof LaunchError)) throw error;
    process.stderr.write(`megalith: ${error.message}\n`);
    process.exitCode = 1;
  }
}
