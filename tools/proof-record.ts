/** What a proof is about and what came of it: the digest of the sources, its parts, and the record that a next run reads. */
import { createHash } from "node:crypto";
import { globSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./step.ts";

export interface Count {
  readonly name: string;
  readonly count: number;
}

type Part = "pure" | "database" | "system" | "browser" | "tidy" | "third party" | "benchmark";

export interface Proven {
  readonly part: Part;
  readonly passed: number;
  readonly failed: number;
  readonly seconds: number;
  /** How often what was repeated; none for a file that repeats nothing. */
  readonly counts: readonly Count[];
}

export interface Proof {
  readonly sources: string;
  readonly files: Record<string, Proven>;
}

type Sum = Pick<Proven, "passed" | "failed" | "seconds"> & { readonly files: number };

export interface ProofSummary {
  readonly passed: number;
  readonly failed: number;
  readonly seconds: number;
  readonly parts: Readonly<Record<string, Sum>>;
}

export function partOf(path: string): Part {
  if (path.endsWith(".proof.ts")) return "third party";
  if (!path.includes(".test.")) return "benchmark";
  if (path.startsWith("tools/")) return "tidy";
  const kind = /\.(db|system|browser)\.test\./.exec(path)?.[1];
  return kind === "db" ? "database" : ((kind as "system" | "browser" | undefined) ?? "pure");
}

/** The files of bench/ whose header begins with a claim; the others are what they share. */
export function findBenchmarks(parts: readonly string[]): string[] {
  const states = (path: string): boolean => readFileSync(join(root, path), "utf8").startsWith("/**\n * Claim:");
  const named = (path: string): boolean => parts.length === 0 || parts.some((part) => path.includes(part));
  return globSync("bench/*.ts", { cwd: root })
    .filter((path) => named(path) && states(path))
    .sort();
}

export function digestSources(): string {
  const hash = createHash("sha256");
  const paths = globSync("{engines,packages,bench,examples,test,tools}/**/*.{ts,tsx,mjs,sql,json,py,txt,wasm}", {
    cwd: root,
    exclude: (path) => path.includes("node_modules") || path.includes("results"),
  });
  for (const path of [...paths.sort(), "package-lock.json"])
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(root, path)))
      .update("\0");
  return hash.digest("hex");
}

/** Empty when there is none of these sources. */
export function readProof(path: string, sources: string): Proof {
  try {
    const state = JSON.parse(readFileSync(path, "utf8")) as Proof;
    if (state.sources === sources) return state;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT" && !(error instanceof SyntaxError)) throw error;
  }
  return { sources, files: {} };
}

/** What runCount wrote down, each once. */
export function countsOf(path: string): Count[] {
  try {
    const lines = readFileSync(path, "utf8").split("\n").filter(Boolean);
    return [...new Set(lines)].map((line) => JSON.parse(line) as Count);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

export function summaryOf({ files }: Proof): ProofSummary {
  const add = (of: readonly Proven[]): Sum => ({
    files: of.length,
    passed: of.reduce((sum, { passed }) => sum + passed, 0),
    failed: of.reduce((sum, { failed }) => sum + failed, 0),
    seconds: Math.round(of.reduce((sum, { seconds }) => sum + seconds, 0)),
  });
  const { files: _count, ...whole } = add(Object.values(files));
  const grouped = Object.groupBy(Object.values(files), ({ part }) => part);
  return { ...whole, parts: Object.fromEntries(Object.entries(grouped).map(([part, of]) => [part, add(of)])) };
}

export function writeWhole(path: string, value: unknown): void {
  writeFileSync(`${path}.draft`, `${JSON.stringify(value, null, 2)}\n`);
  renameSync(`${path}.draft`, path);
}
