/** How the command ends, for scripts. */
import { MegalithError } from "@megalith/contract";

export const exitCodes = {
  ok: { code: 0, doc: "It worked." },
  failed: { code: 1, doc: "Something went wrong that is not the input's fault." },
  usage: { code: 2, doc: "The command line is wrong: an unknown flag, a missing value." },
  refused: { code: 3, doc: "The input was refused; the error code and every problem are printed." },
  unreachable: { code: 4, doc: "The server cannot be reached." },
  cancelled: { code: 130, doc: "Stopped by Ctrl-C." },
} as const;

/** The table for `--help`. */
export function describeExitCodes(): string {
  return Object.values(exitCodes)
    .map(({ code, doc }) => `  ${String(code).padEnd(4)} ${doc}`)
    .join("\n");
}

export function exitCodeOf(error: unknown): number {
  if (error instanceof MegalithError && error.code === "tables.cancelled") return exitCodes.cancelled.code;
  if (error instanceof MegalithError) return error.status < 500 ? exitCodes.refused.code : exitCodes.failed.code;
  const { name, code, status } = (error ?? {}) as { name?: unknown; code?: unknown; status?: unknown };
  if (name === "AbortError") return exitCodes.cancelled.code;
  if (code === "client.unreachable") return exitCodes.unreachable.code;
  if (typeof status === "number" && status >= 400 && status < 500) return exitCodes.refused.code;
  return code === "ENOENT" || code === "EISDIR" || code === "EACCES" ? exitCodes.refused.code : exitCodes.failed.code;
}
