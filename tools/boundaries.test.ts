/**
 * Proves that the linter holds each boundary: every forbidden import is written into a copy of the house and must be
 * reported, every allowed one must not.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { root } from "./step.ts";

const run = promisify(execFile);

/** Who may not import what. Paths inside platform are named from `packages/platform/src`. */
const forbidden: Readonly<Record<string, readonly string[]>> = {
  "engines/forest/src": ["@megalith/contract", "@megalith/platform/tables", "../../../packages/contract/src/index.ts"],
  "packages/contract/src": ["@megalith/client", "@megalith/forest", "@megalith/platform/billing", "../../platform/src/billing/index.ts"],
  "packages/client/src": ["@megalith/platform/accounts", "@megalith/server", "@megalith/forest", "@megalith/cli"],
  "packages/console/src": ["@megalith/platform/accounts", "@megalith/server", "@megalith/forest", "../../platform/src/tables/index.ts"],
  "packages/cli/src": ["@megalith/console"],
  "packages/server/src": [
    "@megalith/forest",
    "@megalith/client",
    "@megalith/cli",
    "@megalith/console",
    "../../platform/src/tables/store.ts",
  ],
  "packages/platform/src/accounts": ["@megalith/server", "@megalith/cli", "@megalith/client", "../tables/store.ts"],
  "packages/platform/src/foundation": ["../tables/index.ts", "../metering/index.ts", "@megalith/server"],
  "packages/platform/src/metering": [
    "../training/index.ts",
    "../registry/index.ts",
    "../serving/index.ts",
    "../tables/index.ts",
    "@megalith/server",
  ],
  "packages/platform/src/billing": [
    "../training/index.ts",
    "../registry/index.ts",
    "../serving/index.ts",
    "../tables/index.ts",
    "../metering/store.ts",
  ],
  "packages/platform/src/tables": ["../metering/index.ts", "../billing/index.ts", "@megalith/platform/billing"],
  "packages/platform/src/training": ["../metering/index.ts", "../billing/index.ts", "../tables/store.ts"],
  "packages/platform/src/registry": ["../metering/index.ts", "../billing/index.ts"],
  "packages/platform/src/serving": ["../billing/index.ts", "../metering/store.ts", "@megalith/server"],
};

const allowed: Readonly<Record<string, readonly string[]>> = {
  "packages/client/src": ["@megalith/contract"],
  "packages/console/src": ["@megalith/contract", "@megalith/client"],
  "packages/cli/src": ["@megalith/contract", "@megalith/client", "@megalith/platform/training", "@megalith/server", "@megalith/forest"],
  "packages/server/src": ["@megalith/contract", "@megalith/platform/serving"],
  "packages/platform/src/training": ["@megalith/forest", "@megalith/contract", "../tables/index.ts", "../foundation/index.ts", "./own.ts"],
  "packages/platform/src/billing": ["../metering/index.ts", "../accounts/index.ts", "../foundation/index.ts"],
  "packages/platform/src/serving": ["../metering/index.ts", "../registry/index.ts", "../foundation/database.fixture.ts"],
};

/** One broken file for each rule that keeps the rest of the house. */
const breaches: Readonly<Record<string, { readonly path: string; readonly text: string }>> = {
  noDefaultExport: { path: "packages/server/src/probe-default.ts", text: "export default 1;\n" },
  noEnum: { path: "packages/server/src/probe-enum.ts", text: "export enum Colour {\n  Red = 1,\n}\n" },
  noParameterProperties: {
    path: "packages/server/src/probe-property.ts",
    text: "export class Probe {\n  constructor(readonly one: number) {}\n}\n",
  },
  noProcessEnv: { path: "packages/platform/src/billing/probe-env.ts", text: "export const home = process.env.HOME;\n" },
  noUndeclaredDependencies: {
    path: "packages/client/src/probe-undeclared.ts",
    text: 'import { Pool } from "pg";\n\nexport const pool = new Pool();\n',
  },
  noFloatingPromises: {
    path: "packages/server/src/probe-floating.ts",
    text: "async function work(): Promise<void> {}\n\nexport function start(): void {\n  work();\n}\n",
  },
  useImportType: {
    path: "packages/server/src/probe-type.ts",
    text: 'import { Money } from "@megalith/contract";\n\nexport type Price = Money;\n',
  },
  useFilenamingConvention: { path: "packages/server/src/probeName.ts", text: "export const one = 1;\n" },
  noImportCycles: {
    path: "packages/server/src/probe-cycle-a.ts",
    text: 'import { b } from "./probe-cycle-b.ts";\n\nexport const a = (): number => b();\n',
  },
};

let house: string;
const reports = new Map<string, Set<string>>();

function probePath(folder: string, specifier: string): string {
  return `${folder}/probe-${specifier.replaceAll(/[^a-z]+/g, "-").replaceAll(/^-|-$/g, "")}.ts`;
}

before(async () => {
  house = await mkdtemp(join(tmpdir(), "megalith-house-"));
  for (const name of ["biome.json", "package.json", ".gitignore"]) await cp(join(root, name), join(house, name));
  const packages = JSON.parse(await readFile(join(root, "package-lock.json"), "utf8")) as {
    packages: Record<string, { link?: boolean; resolved?: string }>;
  };
  for (const { link, resolved } of Object.values(packages.packages)) {
    if (link === true && resolved !== undefined)
      await place(`${resolved}/package.json`, await readFile(join(root, resolved, "package.json"), "utf8"));
  }
  for (const list of [forbidden, allowed]) {
    for (const [folder, specifiers] of Object.entries(list)) {
      for (const specifier of specifiers) {
        await place(probePath(folder, specifier), `import { thing } from "${specifier}";\n\nexport const kept = thing;\n`);
      }
    }
  }
  for (const { path, text } of Object.values(breaches)) await place(path, text);
  await place("packages/server/src/probe-cycle-b.ts", 'import { a } from "./probe-cycle-a.ts";\n\nexport const b = (): number => a();\n');
  await lint();
});

after(() => rm(house, { recursive: true, force: true }));

async function place(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(house, path)), { recursive: true });
  await writeFile(join(house, path), text);
}

async function lint(): Promise<void> {
  const biome = join(root, "node_modules/@biomejs/biome/bin/biome");
  const parameters = [biome, "lint", "--reporter=json", "--max-diagnostics=none"];
  const { stdout } = await run(process.execPath, parameters, { cwd: house, maxBuffer: 1e8 }).catch((error: { stdout: string }) => error);
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: { category: string; location: { path: string | { file: string } } }[] };
  for (const { category, location } of diagnostics) {
    const path = typeof location.path === "string" ? location.path : location.path.file;
    reports.set(path, (reports.get(path) ?? new Set()).add(category.split("/").at(-1) as string));
  }
}

for (const [folder, specifiers] of Object.entries(forbidden)) {
  test(`${folder} may not import ${specifiers.join(", ")}`, () => {
    const missed = specifiers.filter((specifier) => !reports.get(probePath(folder, specifier))?.has("noRestrictedImports"));
    assert.deepEqual(missed, []);
  });
}

for (const [folder, specifiers] of Object.entries(allowed)) {
  test(`${folder} may import ${specifiers.join(", ")}`, () => {
    const refused = specifiers.filter((specifier) => reports.get(probePath(folder, specifier))?.has("noRestrictedImports"));
    assert.deepEqual(refused, []);
  });
}

for (const [rule, { path }] of Object.entries(breaches)) {
  test(`the linter reports a breach of ${rule}`, () => {
    assert.ok(reports.get(path)?.has(rule), `${path}: ${[...(reports.get(path) ?? [])].join(", ") || "nothing reported"}`);
  });
}
