/** The process behind `megalith`: streams, Ctrl-C and the exit code. */
import { readEnvironment } from "./environment.ts";
import { runProgram } from "./program.ts";

const controller = new AbortController();
const parameters = process.argv.slice(2);
// The server has its own orderly shutdown.
if (parameters[0] !== "up") {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => controller.abort());
}
// Who reads no further, such as `| head`, does not end the work.
for (const stream of [process.stdout, process.stderr])
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
process.exitCode = await runProgram(parameters, {
  in: process.stdin,
  out: process.stdout,
  err: process.stderr,
  environment: readEnvironment(),
  signal: controller.signal,
  elapsedMs: () => performance.now(),
});
