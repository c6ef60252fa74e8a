/**
 * The whole suite in one go: `npm test`, or `npm test -- --only pure,database [file part …]` for a part of it.
 *
 * Every step runs even after one failed, so one run tells everything. Nothing need be running; the database steps start
 * their own PostgreSQL and fail where it cannot run.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { findTests, programStep, root, runTestFiles, type Step, type StepResult, withDatabase } from "./step.ts";

const { values, positionals } = parseArgs({ options: { only: { type: "string" } }, allowPositionals: true });

const groups = {
  tidy: /^tools\//,
  pure: /^(?!tools\/)(?!.*\.(db|system|browser)\.test\.ts)/,
  database: /\.db\.test\.ts$/,
  system: /\.system\.test\.ts$/,
  browser: /\.browser\.test\.ts$/,
} as const;

function group(name: keyof typeof groups, around: (work: () => Promise<StepResult>) => Promise<StepResult> = (work) => work()): Step {
  return { name, run: (signal) => around(() => runTestFiles(findTests(groups[name], positionals), signal)) };
}

const steps: Step[] = [
  programStep("format and lint", "@biomejs/biome/bin/biome", ["check", "--error-on-warnings", "--max-diagnostics=50"]),
  programStep("types", "typescript/bin/tsc", ["-p", "."]),
  programStep("dead code", "knip/bin/knip.js", ["--no-progress"]),
  group("tidy"),
  group("pure"),
  group("database", withDatabase),
  group("system", withDatabase),
  // Browser tests are the console's: a clone without its sources has none.
  ...(existsSync(join(root, "packages/console/index.html")) ? [group("browser", withDatabase)] : []),
];

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
