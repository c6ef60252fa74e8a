/**
 * The whole suite in one go: `npm test`, or `npm test -- --only pure,database [file part …]` for a part of it.
 *
 * Every step runs even after one failed, so one run tells everything. Nothing need be running; the database steps start
 * their own PostgreSQL and fail where it cannot run.
 */
import { globSync } from "node:fs";
import { parseArgs } from "node:util";
import { startTestServer } from "../packages/platform/src/foundation/database.fixture.ts";
import { programStep, root, runTestFiles, type Step } from "./step.ts";

const { values, positionals } = parseArgs({ options: { only: { type: "string" } }, allowPositionals: true });

const places = "{engines,packages,bench,examples,test}/**";
const special = /\.(db|system|browser)\.test\.tsx?$/;

function find(pattern: string): string[] {
  const found = globSync(pattern, { cwd: root, exclude: (path) => path.includes("node_modules") || path.includes("fixtures") });
  return found.filter((path) => positionals.length === 0 || positionals.some((part) => path.includes(part))).sort();
}

const steps: Step[] = [
  programStep("format and lint", "@biomejs/biome/bin/biome", ["check", "--error-on-warnings", "--max-diagnostics=50"]),
  programStep("types", "typescript/bin/tsc", ["-p", "."]),
  programStep("dead code", "knip/bin/knip.js", ["--no-progress"]),
  { name: "tidy", run: (signal) => runTestFiles(find("tools/*.test.ts"), signal) },
  {
    name: "pure",
    run: (signal) =>
      runTestFiles(
        find(`${places}/*.test.{ts,tsx}`).filter((path) => !special.test(path)),
        signal,
      ),
  },
  { name: "database", run: (signal) => withDatabase(() => runTestFiles(find(`${places}/*.db.test.ts`), signal)) },
  { name: "system", run: (signal) => withDatabase(() => runTestFiles(find("test/**/*.system.test.ts"), signal)) },
  { name: "browser", run: (signal) => withDatabase(() => runTestFiles(find("test/**/*.browser.test.ts"), signal)) },
];

/** One PostgreSQL for all files of a step; openTestDatabase() finds it by the environment. */
async function withDatabase<T>(work: () => Promise<T>): Promise<T> {
  const server = await startTestServer();
  process.env.MEGALITH_TEST_DATABASE = server.url;
  try {
    return await work();
  } finally {
    delete process.env.MEGALITH_TEST_DATABASE;
    await server.stop();
  }
}

function chosenSteps(): Step[] {
  if (values.only === undefined) return steps;
  const names = values.only.split(",");
  const unknown = names.filter((name) => !steps.some((step) => step.name.startsWith(name)));
  if (unknown.length > 0) throw new Error(`No step ${unknown.join(", ")}; there are: ${steps.map(({ name }) => name).join(", ")}.`);
  return steps.filter((step) => names.some((name) => step.name.startsWith(name)));
}

const stopping = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => stopping.abort());

let passed = 0;
let failed = 0;
for (const step of chosenSteps()) {
  if (stopping.signal.aborted) break;
  const startedAt = performance.now();
  const result = await step.run(stopping.signal).catch((error: Error) => ({ passed: 0, failed: 1, report: `${error.stack}\n` }));
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(
    `${result.failed === 0 ? "ok    " : "FAILED"} ${step.name.padEnd(16)} ${String(result.passed).padStart(5)} passed  ${seconds.padStart(6)} s`,
  );
  if (result.failed > 0) console.log(result.report);
  passed += result.passed;
  failed += result.failed;
}
if (stopping.signal.aborted) failed++;
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
