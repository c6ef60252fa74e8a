/**
 * What the READMEs show is done as a newcomer would do it, in a copy of the house: start it, paste its line, take the tour.
 *
 * Output is compared word by word; a number may differ by a twentieth, a duration at will, and … stands for anything.
 */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { errors, routes } from "../packages/contract/src/index.ts";
import { settings } from "../packages/server/src/config.ts";
import { freePort } from "./free-port.fixture.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const readmes = ["README.md", "README.zh-CN.md"] as const;
const documents = [...readmes, "docs/guide.md"] as const;
/** What each tour leaves behind, by its document. */
const written: Record<(typeof documents)[number], readonly string[]> = {
  "README.md": ["credit.mglf", "scores.csv", "all.backup"],
  "README.zh-CN.md": ["credit.mglf", "scores.csv"],
  "docs/guide.md": ["bank.mglf", "bank.key"],
};
const leftOut = new Set(["node_modules", ".git", ".megalith", ".cache", "dist"]);
let house: string;
let port: number;
let started: ChildProcess;
let output = "";

interface Block {
  readonly language: string;
  readonly text: string;
}

async function blocksOf(document: string): Promise<Block[]> {
  const text = await readFile(join(root, document), "utf8");
  return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language = "", inside = ""]) => ({ language, text: inside }));
}

before(async () => {
  house = join(await realpath(await mkdtemp(join(tmpdir(), "megalith-readme-"))), "megalith");
  await cp(root, house, { recursive: true, filter: (source) => source === root || !leftOut.has(basename(source)) });
  await symlink(join(root, "node_modules"), join(house, "node_modules"));
  // The console is built once for this house and its copy.
  await mkdir(join(root, ".cache/console"), { recursive: true });
  await mkdir(join(house, ".cache"));
  await symlink(join(root, ".cache/console"), join(house, ".cache/console"));
  await placeCurl();
  await placeNpm();
  port = await freePort();
  started = spawn("sh", ["-c", "npm start"], { cwd: house, env: environment(), detached: true, stdio: ["ignore", "pipe", "pipe"] });
  for (const stream of [started.stdout, started.stderr])
    stream?.on("data", (chunk: Buffer) => {
      output += String(chunk);
    });
  for (const endsAt = performance.now() + 120_000; !/^curl .*$/m.test(output); await setTimeout(50))
    assert.ok(performance.now() < endsAt && started.exitCode === null, output);
});

after(async () => {
  if (started.pid !== undefined && isAlive(-started.pid)) {
    process.kill(-started.pid, "SIGTERM");
    // The shell and npm end before the server does.
    for (const endsAt = performance.now() + 30_000; isAlive(-started.pid); await setTimeout(50)) assert.ok(performance.now() < endsAt);
  }
  await rm(dirname(house), { recursive: true, force: true });
});

function isAlive(group: number): boolean {
  try {
    return process.kill(group, 0);
  } catch {
    return false;
  }
}

function environment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(?:MEGALITH_|NODE_TEST_CONTEXT|npm_)/.test(name));
  return {
    ...Object.fromEntries(kept),
    PATH: `${join(house, "commands")}:${dirname(process.execPath)}:${process.env.PATH}`,
    MEGALITH_PORT: String(port),
  };
}

/** Node and npm are all that is needed here: the flags of curl that the line uses, over fetch. */
async function placeCurl(): Promise<void> {
  const path = join(house, "commands/curl");
  await mkdir(dirname(path));
  await writeFile(
    path,
    `#!/usr/bin/env node
const [flag, url, ...rest] = process.argv.slice(2);
if (flag !== "-s") throw new Error("curl " + flag);
const headers = [];
let body;
for (let at = 0; at < rest.length; at += 2) {
  if (rest[at] === "-H") headers.push(rest[at + 1].split(/: (.*)/s).slice(0, 2));
  else if (rest[at] === "-d") body = rest[at + 1];
  else throw new Error("curl " + rest[at]);
}
fetch(url, { headers, ...(body === undefined ? {} : { method: "POST", body }) }).then((reply) => reply.text()).then((text) => process.stdout.write(text));
`,
    { mode: 0o755 },
  );
}

/** The packages are those of this house, by a link: nothing that runs in the copy may install over them. */
async function placeNpm(): Promise<void> {
  const path = join(house, "commands/npm");
  const real = (process.env.PATH ?? "").split(":").find((folder) => existsSync(join(folder, "npm")));
  assert.ok(real !== undefined, "npm is there");
  const refusal = 'echo "the packages of this house are not those of its lock file: run npm ci" >&2; exit 1';
  await writeFile(path, `#!/bin/sh\ncase "$1" in ci|install) ${refusal};; esac\nexec '${join(real, "npm")}' "$@"\n`, { mode: 0o755 });
}

/** As typed into a shell in the clone. The port is the test's own. */
async function shell(script: string): Promise<string> {
  const typed = `set -e\n${script.replaceAll("127.0.0.1:8080", `127.0.0.1:${port}`)}`;
  const { MEGALITH_PORT: _, ...env } = environment();
  const child = spawn("sh", ["-c", typed], { cwd: house, env, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  let complaints = "";
  child.stdout.on("data", (chunk: Buffer) => {
    said += String(chunk);
  });
  child.stderr.on("data", (chunk: Buffer) => {
    complaints += String(chunk);
  });
  const [code] = await once(child, "close");
  assert.equal(code, 0, `${script}\n${said}${complaints}`);
  return said;
}

/** Each word of what is shown in its turn. @throws AssertionError naming the first that differs. */
function assertShown(shown: string, real: string): void {
  const wordsOf = (text: string): string[] => text.split(/\s+/).filter((word) => word !== "");
  const [expected, found] = [wordsOf(shown), wordsOf(real.replaceAll(`127.0.0.1:${port}`, "127.0.0.1:8080"))];
  const isDuration = (index: number): boolean => /^s\)?$|^s$/.test(expected[index + 1] ?? "");
  for (const [index, word] of expected.entries()) {
    const other = found[index] ?? "";
    const [mine, theirs] = [word, other].map((one) => Number(one.replace(/^\(|[),.]+$/g, "")));
    const isNumber = Number.isFinite(mine) && Number.isFinite(theirs) && word !== "";
    const isAlike = isNumber
      ? isDuration(index) || Math.abs((mine as number) - (theirs as number)) <= Math.abs(mine as number) / 20
      : new RegExp(`^${word.split("…").map(literal).join(".*")}$`).test(other);
    assert.ok(isAlike, `"${other}" where the document shows "${word}":\n${real}`);
  }
  assert.equal(found.length, expected.length, real);
}

function literal(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

test("a fresh clone starts with the two commands and says what the document shows", async () => {
  for (const document of readmes) {
    const [install] = await blocksOf(document);
    assert.match(install?.text ?? "", /^git clone <[^>]+> megalith && cd megalith\nnpm start\n$/, document);
  }
  const shown = (await blocksOf("README.md"))[1]?.text ?? "";
  const real = output.slice(output.indexOf("Reading the German"));
  // How far the training is, is told as often as there is time to.
  const steady = (text: string) => text.replaceAll(/^\s+\d+%\n/gm, "").replace(/^curl .*\n?/m, "");
  assertShown(steady(shown), steady(real));
  const [typed, pasted] = [shown, output].map((text) => /^curl .*$/m.exec(text)?.[0] ?? "");
  const begin = (typed as string).replace("127.0.0.1:8080", `127.0.0.1:${port}`).split("…")[0] as string;
  assert.ok(pasted?.startsWith(begin.replace(/'$/, "")), `${pasted}\nwhere the document shows ${typed}`);
});

test("the line to paste gets an answer of the shape that the document shows, and its reasons sum", async () => {
  const json = (await blocksOf("README.md")).find(({ language }) => language === "json")?.text ?? "";
  const shown = JSON.parse(json.replaceAll(/,\s*…/g, "")) as Answer;
  const real = JSON.parse(await shell(/^curl .*$/m.exec(output)?.[0] ?? "")) as Answer;
  assertShape(shown, real, "answer");
  for (const { base, other, score, reasons } of real.decisions)
    assert.ok(Math.abs(reasons.reduce((sum, { contribution }) => sum + contribution, base + other) - score) < 1e-9);
  const [mine, theirs] = [shown, real].map(({ decisions }) => decisions[0]?.prediction as number);
  assert.ok(Math.abs((mine as number) - (theirs as number)) < 0.05, `the document shows ${mine}, the answer is ${theirs}`);
});

interface Answer {
  readonly decisions: readonly {
    readonly prediction: number;
    readonly base: number;
    readonly other: number;
    readonly score: number;
    readonly reasons: readonly { readonly contribution: number }[];
  }[];
}

/** Each member that is shown is there with the same type; ids and digests begin alike. */
function assertShape(shown: unknown, real: unknown, path: string): void {
  assert.equal(shown === null ? "null" : typeof shown, real === null ? "null" : typeof real, path);
  if (typeof shown === "string") {
    const prefix = /^[a-z]+_/.exec(shown)?.[0];
    if (/^[a-z]+_[0-9a-f]{32}$/.test(shown)) assert.match(real as string, new RegExp(`^${prefix}[0-9a-f]{32}$`), path);
  } else if (Array.isArray(shown))
    for (const [index, item] of shown.entries()) assertShape(item, (real as unknown[])[index], `${path}/${index}`);
  else if (typeof shown === "object" && shown !== null)
    for (const [name, value] of Object.entries(shown)) assertShape(value, (real as Record<string, unknown>)[name], `${path}/${name}`);
}

for (const document of documents)
  test(`the tour of ${document} does what it says, command by command`, async () => {
    const blocks = (await blocksOf(document)).filter(({ text }) => /^(?:\$ )?npx |^\$ export /m.test(text));
    assert.ok(blocks.length >= 1);
    let before = "";
    for (const { text } of blocks) {
      const isPrompted = text.startsWith("$ ");
      const steps = isPrompted ? text.split(/^\$ /m).slice(1) : text.trim().split("\n");
      for (const step of steps) {
        const [typed = "", ...shown] = step.split("\n");
        const real = await shell(`${before}${typed}`);
        if (/^(?:export )?[A-Z_]+=/.test(typed)) before += `${typed}\n`;
        if (shown.join("").trim() !== "") assertShown(shown.join("\n"), real);
        else if (/ usage /.test(typed)) assert.match(real, /units\s+amount\n\d{4}-\d\d-\d\d/, "what was asked before is there");
      }
    }
    for (const name of written[document]) {
      assert.ok(existsSync(join(house, name)), name);
      if (name === "scores.csv") assert.equal((await readFile(join(house, name), "utf8")).trim().split("\n").length, 1001);
      await rm(join(house, name));
    }
  });

test("every route, setting and error that the documents name exists", async () => {
  const known = new Set(Object.values(routes).map(({ method, path }) => `${method} ${path.replaceAll(/\{\w+\}/g, "{}")}`));
  const paths = new Set<string>(Object.values(routes).map(({ path }) => path));
  const names = new Set([...Object.values(settings).map(({ name }) => name as string), "MEGALITH_URL", "MEGALITH_KEY"]);
  for (const document of documents) {
    const text = await readFile(join(root, document), "utf8");
    for (const [, method, path = ""] of text.matchAll(/`(GET|POST|PUT|PATCH|DELETE) (\/[^`?]*)[^`]*`/g))
      assert.ok(known.has(`${method} ${path.replaceAll(/\{\w+\}/g, "{}")}`), `${document}: ${method} ${path}`);
    for (const [, path = ""] of text.matchAll(/`(\/[a-z/.0-9]+)`/g)) assert.ok(paths.has(path), `${document}: ${path}`);
    for (const [name] of text.matchAll(/\bMEGALITH_[A-Z_]+\b/g)) assert.ok(names.has(name), `${document}: ${name}`);
    for (const [, code = ""] of text.matchAll(/`([a-z]+\.[a-z_]+)`/g))
      if (!/\.(?:key|csv|json|md|html)$/.test(code)) assert.ok(code in errors, `${document}: ${code}`);
  }
});
