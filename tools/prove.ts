/**
 * Runs every guarantee at its full count and every benchmark: `npm run prove [-- part of a path …]`. Hours, not minutes.
 *
 * Resumable: `.cache/proof.json` keeps what passed on these very sources, and the next run goes on after it. The outcome
 * goes to `bench/results/proof.json` with machine, versions and the digest of the sources.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { globSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { arch, cpus, platform, totalmem } from "node:os";
import { join } from "node:path";
import { seed } from "../test/counts.ts";
import { findTests, root, runTestFile, type StepResult, withDatabase } from "./step.ts";

interface Proven {
  readonly passed: number;
  readonly failed: number;
  readonly seconds: number;
}

interface Proof {
  readonly sources: string;
  readonly files: Record<string, Proven>;
}

const statePath = join(root, ".cache/proof.json");
const resultPath = join(root, "bench/results/proof.json");
const fileTimeoutMs = 4 * 3_600_000;
const parts = process.argv.slice(2);

function digestSources(): string {
  const hash = createHash("sha256");
  const paths = globSync("{engines,packages,bench,examples,test,tools}/**/*.{ts,tsx,mjs,sql,json}", {
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

function readState(sources: string): Proof {
  try {
    const state = JSON.parse(readFileSync(statePath, "utf8")) as Proof;
    if (state.sources === sources) return state;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT" && !(error instanceof SyntaxError)) throw error;
  }
  return { sources, files: {} };
}

function writeWhole(path: string, value: unknown): void {
  writeFileSync(`${path}.draft`, `${JSON.stringify(value, null, 2)}\n`);
  renameSync(`${path}.draft`, path);
}

/** A benchmark states its claim and ends with 0 when it holds; it writes its own figures. */
function runBenchmark(path: string, signal: AbortSignal): Promise<StepResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, path)], { cwd: root, signal, stdio: ["ignore", "inherit", "inherit"] });
    child.on("error", reject);
    child.on("close", (code) => resolve({ passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, report: "" }));
  });
}

const stopping = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => stopping.abort());
process.env.MEGALITH_PROVE = "1";
mkdirSync(join(root, ".cache"), { recursive: true });
mkdirSync(join(root, "bench/results"), { recursive: true });

const state = readState(digestSources());
const benchmarks = globSync("bench/*.ts", { cwd: root }).filter(
  (path) => !/\.(test|fixture)\.ts$/.test(path) && (parts.length === 0 || parts.some((part) => path.includes(part))),
);
const work = [...findTests(/./, parts), ...benchmarks.sort()];
let failed = 0;
await withDatabase(async () => {
  for (const [index, path] of work.entries()) {
    if (stopping.signal.aborted) break;
    const place = `${String(index + 1).padStart(4)} of ${work.length}`;
    if (state.files[path]?.failed === 0) {
      console.log(`${place}  proven before  ${path}`);
      continue;
    }
    const startedAt = performance.now();
    const isTest = path.includes(".test.");
    const result = await (isTest ? runTestFile(path, stopping.signal, fileTimeoutMs) : runBenchmark(path, stopping.signal));
    const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
    if (stopping.signal.aborted) break;
    console.log(`${place}  ${result.failed === 0 ? "proven" : "FAILED"}  ${path}  ${seconds} s`);
    if (result.failed > 0) console.log(result.report);
    failed += result.failed;
    state.files[path] = { passed: result.passed, failed: result.failed, seconds };
    writeWhole(statePath, state);
  }
});

const machine = { platform: platform(), architecture: arch(), processor: cpus()[0]?.model, cores: cpus().length, memoryBytes: totalmem() };
writeWhole(resultPath, { ...state, seed, node: process.version, machine });
const passed = Object.values(state.files).reduce((sum, file) => sum + file.passed, 0);
const isWhole = !stopping.signal.aborted;
console.log(
  isWhole ? `${passed} passed, ${failed} failed` : `Stopped; the next run goes on from here. ${passed} passed so far, ${failed} failed`,
);
process.exitCode = isWhole && failed === 0 ? 0 : 1;
