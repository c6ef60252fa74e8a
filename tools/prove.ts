/**
 * Runs every guarantee at its full count, third-party clients and every benchmark: `npm run prove [-- part of a path …]`.
 *
 * `--tables FOLDER` names more public tables for bench/forest-quality.ts. The rivals are installed first, see rivals.ts.
 * Resumable: `.cache/proof.json` keeps what passed on these very sources, and the next run goes on after it. The outcome
 * goes to `bench/results/proof.json`: parts, counts, seconds, machine, versions and the digest of the sources.
 */
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { arch, cpus, platform, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { seed } from "../test/counts.ts";
import {
  type Count,
  countsOf,
  digestSources,
  findBenchmarks,
  type Proof,
  partOf,
  readProof,
  summaryOf,
  writeWhole,
} from "./proof-record.ts";
import { prepareRivals } from "./rivals.ts";
import { findProofs, findTests, root, runTestFile, type StepResult, withDatabase } from "./step.ts";

const statePath = join(root, ".cache/proof.json");
const countsPath = join(root, ".cache/proof-counts.jsonl");
const resultPath = join(root, "bench/results/proof.json");
const fileTimeoutMs = 3_600_000;

const { values, positionals } = parseArgs({ options: { tables: { type: "string" } }, allowPositionals: true });

/** A benchmark states its claim and ends with 0 when it holds; it writes its own figures. */
function runBenchmark(path: string, signal: AbortSignal): Promise<StepResult> {
  const flags = path === "bench/forest-quality.ts" && values.tables !== undefined ? ["--tables", values.tables] : [];
  return new Promise((resolve, reject) => {
    const options = { cwd: root, signal, timeout: fileTimeoutMs, stdio: "inherit" } as const;
    const child = spawn(process.execPath, [join(root, path), ...flags], options);
    child.on("error", reject);
    child.on("close", (code) => resolve({ passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, report: "" }));
  });
}

async function prove(path: string, signal: AbortSignal): Promise<StepResult & { seconds: number; counts: readonly Count[] }> {
  rmSync(countsPath, { force: true });
  const startedAt = performance.now();
  const result = await (partOf(path) === "benchmark" ? runBenchmark(path, signal) : runTestFile(path, signal, fileTimeoutMs));
  return { ...result, seconds: Math.round((performance.now() - startedAt) / 100) / 10, counts: countsOf(countsPath) };
}

async function proveAll(work: readonly string[], state: Proof, signal: AbortSignal): Promise<void> {
  for (const [index, path] of work.entries()) {
    if (signal.aborted) return;
    const place = `${String(index + 1).padStart(4)} of ${work.length}`;
    if (state.files[path]?.failed === 0) {
      console.log(`${place}  proven before  ${path}`);
      continue;
    }
    if (process.stdout.isTTY) process.stdout.write(`${place}  …  ${path}\r`);
    const { passed, failed, seconds, counts, report } = await prove(path, signal).catch((error: Error) => ({
      passed: 0,
      failed: 1,
      seconds: 0,
      counts: [],
      report: `${error.stack}\n`,
    }));
    if (signal.aborted) return;
    const told = counts.map(({ name, count }) => `${count} ${name}`).join(", ");
    console.log(`${place}  ${failed === 0 ? "proven" : "FAILED"}  ${path}  ${seconds} s${told === "" ? "" : `  (${told})`}`);
    if (failed > 0) console.log(report);
    state.files[path] = { part: partOf(path), passed, failed, seconds, counts };
    writeWhole(statePath, state);
  }
}

/** The rivals that the list names; what those depend on is pinned beside it. */
function rivalsNamed(versions: Readonly<Record<string, string>>): Record<string, string> {
  const names = readFileSync(join(root, "bench/rivals/requirements.in"), "utf8").matchAll(/^[a-z][\w-]*/gm);
  return Object.fromEntries([...names].map(([name]) => [name, versions[name] ?? ""]));
}

const stopping = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => stopping.abort());
process.env.MEGALITH_PROVE = "1";
process.env.MEGALITH_PROVE_COUNTS = countsPath;
for (const folder of [".cache", "bench/results"]) mkdirSync(join(root, folder), { recursive: true });

const state = readProof(statePath, digestSources());
const work = [...findTests(/./, positionals), ...findProofs(positionals), ...findBenchmarks(positionals)];
if (work.length === 0) throw new Error(`No test and no benchmark has a path with ${positionals.join(" or ")} in it.`);
const { versions } = await prepareRivals();
await withDatabase(() => proveAll(work, state, stopping.signal));

const machine = { platform: platform(), architecture: arch(), processor: cpus()[0]?.model, cores: cpus().length, memoryBytes: totalmem() };
const commit = execFileSync("git", ["rev-parse", "HEAD"], { cwd: root, encoding: "utf8" }).trim();
const summary = summaryOf(state);
const about = { commit, sources: state.sources, seed, node: process.version, machine, rivals: rivalsNamed(versions) };
writeWhole(resultPath, { ...about, ...summary, files: state.files });
const isWhole = !stopping.signal.aborted;
console.log(
  isWhole
    ? `${summary.passed} passed, ${summary.failed} failed`
    : `Stopped; the next run goes on from here. ${summary.passed} passed so far, ${summary.failed} failed`,
);
process.exitCode = isWhole && summary.failed === 0 ? 0 : 1;
