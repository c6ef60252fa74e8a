/** One step of the suite: its name, what it runs, and what it counted. */
import { spawn } from "node:child_process";
import { globSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { fileURLToPath } from "node:url";
import { startTestServer } from "../packages/platform/src/foundation/database.fixture.ts";

export const root = fileURLToPath(new URL("..", import.meta.url));

export interface StepResult {
  readonly passed: number;
  readonly failed: number;
  /** Printed under the step's line when something failed. */
  readonly report: string;
}

export interface Step {
  readonly name: string;
  readonly run: (signal: AbortSignal) => Promise<StepResult>;
}

/** A program of node_modules counts as one check: it passes when it ends with 0. */
export function programStep(name: string, script: string, parameters: readonly string[]): Step {
  return {
    name,
    run: (signal) =>
      new Promise((resolve, reject) => {
        const child = spawn(process.execPath, [join(root, "node_modules", script), ...parameters], {
          cwd: root,
          signal,
          stdio: ["ignore", "pipe", "pipe"],
        });
        let report = "";
        for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (report += chunk));
        child.on("error", reject);
        child.on("close", (code) => resolve(code === 0 ? { passed: 1, failed: 0, report: "" } : { passed: 0, failed: 1, report }));
      }),
  };
}

const fileTimeoutMs = 120_000;
const concurrency = 2;

/**
 * Test files, each in a process of its own that is killed when it takes too long, two at a time.
 * A group without files fails: a pattern that matches nothing proves nothing.
 */
export async function runTestFiles(files: readonly string[], signal: AbortSignal): Promise<StepResult> {
  if (files.length === 0) return { passed: 0, failed: 1, report: "There are no test files in this group.\n" };
  const waiting = [...files];
  const results: StepResult[] = [];
  const work = async (): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined && !signal.aborted; file = waiting.shift())
      results.push(await runTestFile(file, signal, fileTimeoutMs));
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  return {
    passed: results.reduce((sum, { passed }) => sum + passed, 0),
    failed: results.reduce((sum, { failed }) => sum + failed, 0),
    report: results.map(({ report }) => report).join(""),
  };
}

export async function runTestFile(file: string, signal: AbortSignal, timeoutMs: number): Promise<StepResult> {
  const tooLong = AbortSignal.timeout(timeoutMs);
  const events = run({ files: [join(root, file)], cwd: root, signal: AbortSignal.any([signal, tooLong]) });
  let counts = { tests: 0, passed: 0, skipped: 0, todo: 0 };
  let failures = 0;
  let complaints = "";
  events.on("test:summary", (summary) => {
    if (summary.file === undefined) counts = summary.counts;
  });
  events.on("test:fail", () => failures++);
  events.on("test:stderr", ({ message }) => {
    complaints = (complaints + message).slice(-3000);
  });
  let text = "";
  for await (const chunk of events.compose(spec)) text += chunk;
  // What is skipped, left to do or cancelled did not pass; a file that cannot be loaded fails without a test.
  const failed = Math.max(counts.tests - counts.passed, failures > 0 ? 1 : 0);
  if (failed === 0) return { passed: counts.passed, failed, report: "" };
  const reason = tooLong.aborted ? `${file} was stopped after ${timeoutMs / 1000} seconds.\n` : "";
  const skipped = counts.skipped + counts.todo > 0 ? `${file}: nothing may be skipped or left to do.\n` : "";
  return { passed: counts.passed, failed, report: reason + skipped + complaints + text.slice(Math.max(0, text.indexOf("failing tests:"))) };
}

/** Test files whose path ends so, of those whose path has one of the parts. */
export function findTests(ending: RegExp, parts: readonly string[] = []): string[] {
  const found = globSync("{engines,packages,bench,examples,test,tools}/**/*.test.{ts,tsx}", {
    cwd: root,
    exclude: (path) => path.includes("node_modules"),
  });
  return found.filter((path) => ending.test(path) && (parts.length === 0 || parts.some((part) => path.includes(part)))).sort();
}

/** What needs more than Node and npm: run by `prove` only. */
export function findProofs(parts: readonly string[] = []): string[] {
  const found = globSync("{bench,test,tools}/**/*.proof.ts", { cwd: root });
  return found.filter((path) => parts.length === 0 || parts.some((part) => path.includes(part))).sort();
}

/** Runs work beside one PostgreSQL and one folder for what files share; openTestDatabase() finds them by the environment. */
export async function withDatabase<T>(work: () => Promise<T>): Promise<T> {
  const server = await startTestServer();
  const folder = await mkdtemp(join(tmpdir(), "megalith-shared-"));
  process.env.MEGALITH_TEST_DATABASE = server.url;
  process.env.MEGALITH_TEST_FOLDER = folder;
  try {
    return await work();
  } finally {
    delete process.env.MEGALITH_TEST_DATABASE;
    delete process.env.MEGALITH_TEST_FOLDER;
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
