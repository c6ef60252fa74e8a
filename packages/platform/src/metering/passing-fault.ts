/** Which faults of a statement pass by themselves: the database is away, starting, or asks to try again. */

/** SQLSTATE classes: 08 connection, 53 resources, 57 operator intervention, 40 rollback, 58 system. Source: PostgreSQL, appendix A. */
const passingClasses = new Set(["08", "53", "57", "40", "58"]);
const passingCodes = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOENT",
  "EPIPE",
  "ETIMEDOUT",
  "ENOTCONN",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EACCES",
  // A lock that somebody holds for long.
  "55P03",
]);

export function isPassing(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (typeof code === "string") return passingCodes.has(code) || (code.length === 5 && passingClasses.has(code.slice(0, 2)));
  // pg's own errors about a connection carry no code.
  return typeof message === "string" && /connection|timeout|not queryable|client was closed/i.test(message);
}
