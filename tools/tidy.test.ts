/** The house rules that a linter cannot say, checked over every file. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import { errors } from "@megalith/contract";
import { root } from "./step.ts";

const maximumLines = 400;
const sourcePattern = /\.(ts|tsx|mjs|css)$/;

const files = listFiles("");
const sources = files.filter((path) => sourcePattern.test(path));

/** Every file of the house; no Git is needed, an unpacked archive is checked alike. */
function listFiles(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return /^(node_modules|dist|\.git|\.cache|\.megalith)$/.test(entry.name) ? [] : listFiles(path);
    return [path];
  });
}

function read(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

function linesThat(pattern: RegExp, paths: readonly string[]): string[] {
  return paths.flatMap((path) =>
    read(path)
      .split("\n")
      .flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1} ${line.trim().slice(0, 100)}`] : [])),
  );
}

test("a source file has at most 400 lines", () => {
  const long = sources.map((path) => ({ path, lines: read(path).split("\n").length - 1 })).filter(({ lines }) => lines > maximumLines);
  assert.deepEqual(long, []);
});

test("a source file lies at most four folders deep", () => {
  assert.deepEqual(
    sources.filter((path) => /\.(ts|tsx|mjs)$/.test(path) && path.split("/").length > 5),
    [],
  );
});

test("files are named in kebab-case, and no folder is a drawer for everything", () => {
  const written = sources.filter((path) => !/^[a-z0-9]+(?:[-.][a-z0-9]+)*$/.test(basename(path)));
  const drawers = files.filter((path) => /(^|\/)(utils?|helpers?|common|misc|lib|shared)\//.test(path));
  assert.deepEqual([...written, ...drawers], []);
});

test("only the configuration reads the environment", () => {
  const mayRead =
    /^(start\.mjs|packages\/server\/src\/config\.ts|packages\/cli\/|tools\/|test\/|bench\/|packages\/platform\/src\/foundation\/database\.fixture\.ts)/;
  const others = sources.filter((path) => !mayRead.test(path) && !/\.test\.tsx?$/.test(path));
  assert.deepEqual(linesThat(/process\.env\b/, others), []);
});

test("nothing is switched off, skipped or left for later", () => {
  const marks = ["TODO", "FIXME", "biome-ignore", "@ts-ignore", "@ts-expect-error", "@ts-nocheck", "eslint-disable"];
  const pattern = new RegExp(`${marks.join("|")}|\\b(test|it|describe)\\.(skip|only|todo)\\b|\\bfor now\\b`);
  const checked = sources.filter((path) => path !== "tools/tidy.test.ts");
  assert.deepEqual(linesThat(pattern, checked), []);
});

test("every error code of the catalogue is thrown or answered somewhere", () => {
  const catalogue = "packages/contract/src/errors.ts";
  const texts = sources.filter((path) => path !== catalogue && !/\.test\.tsx?$/.test(path) && /\.tsx?$/.test(path)).map(read);
  const unused = Object.keys(errors).filter((code) => !texts.some((text) => text.includes(`"${code}"`)));
  assert.deepEqual(unused, []);
});

test("the documents name only files that exist", () => {
  const documents = files.filter((path) => /^(ARCHITECTURE|README|CONTRIBUTING|README\.zh-CN)\.md$/.test(path));
  const named = documents.flatMap((document) =>
    [...read(document).matchAll(/`((?:engines|packages|bench|examples|docs|test|tools|deploy)\/[A-Za-z0-9_.\-/]*)`/g)].map(([, path]) => ({
      document,
      path: path as string,
    })),
  );
  assert.deepEqual(
    named.filter(({ path }) => !existsSync(join(root, path))),
    [],
  );
});

test("each decision has a number of its own, from 1, and its title says it", () => {
  const decisions = files.filter((path) => path.startsWith("docs/decisions/")).sort();
  const numbers = decisions.map((path) => path.slice("docs/decisions/".length).split("-")[0]);
  assert.deepEqual(
    numbers,
    numbers.map((_, index) => String(index + 1).padStart(4, "0")),
  );
  for (const [index, path] of decisions.entries()) assert.ok(read(path).startsWith(`# ${numbers[index]} `), path);
});

test("links of the documents lead to files that exist", () => {
  const documents = files.filter((path) => path.endsWith(".md"));
  const dead = documents.flatMap((document) =>
    [...read(document).matchAll(/\]\((?!https?:|#)([^)#\s]+)[^)]*\)/g)]
      .map(([, target = ""]) => join(root, document, "..", target))
      .filter((path) => !existsSync(path))
      .map((path) => `${document}: ${path}`),
  );
  assert.deepEqual(dead, []);
});
