/** A disk without room, as the file system or PostgreSQL tells it. */
import { MegalithError } from "@megalith/contract";

/** SQLSTATE 53100 is disk_full. */
const codes = new Set<unknown>(["ENOSPC", "EDQUOT", "53100"]);

/** @returns MegalithError "server.storage_full" for such a fault; any other as it is. */
export function wordStorageFault(fault: unknown): unknown {
  const { code, message } = (fault ?? {}) as { code?: unknown; message?: unknown };
  return codes.has(code) ? new MegalithError("server.storage_full", { detail: String(message), cause: fault }) : fault;
}
