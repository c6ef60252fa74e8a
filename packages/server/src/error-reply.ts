/** Any throw as a reply: a coded one as it is, a framework's as its nearest code, anything else as server.internal. */
import {
  type ErrorCode,
  type ErrorReply,
  MegalithError,
  type MessageKey,
  type MessageLanguage,
  type RouteSpec,
  thing,
  wordProblem,
} from "@megalith/contract";
import { wordStorageFault } from "@megalith/platform/foundation";
import type { FastifyRequest } from "fastify";

const frameworkCodes: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: "request.too_large",
  FST_ERR_CTP_INVALID_MEDIA_TYPE: "request.unsupported_media",
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: "request.malformed",
  FST_ERR_BAD_URL: "request.malformed",
  FST_ERR_ASYNC_CONSTRAINT: "request.malformed",
  FST_ERR_MAX_PARAM_LENGTH: "request.not_found",
};
const frameworkReasons: Readonly<Record<string, MessageKey>> = {
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: "reason.length",
  FST_ERR_BAD_URL: "reason.address",
};

/** @param request the one that is answered: its content type and the limit of its route are told. */
export function toMegalithError(error: unknown, request: FastifyRequest): MegalithError {
  if (error instanceof MegalithError) return error;
  const fault = error as { code?: unknown; statusCode?: unknown; message?: unknown };
  const name = typeof fault?.code === "string" ? fault.code : "";
  const detail = String(fault?.message ?? error);
  switch (frameworkCodes[name] ?? (fault?.statusCode === 400 ? "request.malformed" : undefined)) {
    case "request.too_large": {
      const bytes = request.routeOptions.bodyLimit;
      return new MegalithError("request.too_large", { wordings: { limit: { key: "size.bytes", values: { bytes } } }, cause: error });
    }
    case "request.unsupported_media":
      return wrongMedia(request.headers["content-type"], ["application/json"]);
    case "request.not_found":
      return new MegalithError("request.not_found", { cause: error });
    case "request.malformed":
      return new MegalithError("request.malformed", {
        wordings: { reason: { key: frameworkReasons[name] ?? "reason.http" } },
        detail,
        cause: error,
      });
    default:
  }
  const worded = wordStorageFault(fault);
  if (worded instanceof MegalithError) return worded;
  if (isDatabaseAway(fault))
    return new MegalithError("server.overloaded", { values: { seconds: 1 }, retryAfterSeconds: 1, detail, cause: error });
  return new MegalithError("server.internal", { detail: error instanceof Error ? (error.stack ?? detail) : detail, cause: error });
}

/** @returns "request.unsupported_media", which names the type that was sent, or says that none was. */
export function wrongMedia(sent: string | undefined, accepted: readonly string[]): MegalithError {
  const values = { accepted: accepted.join(", ") };
  if (sent === undefined) return new MegalithError("request.unsupported_media", { values, wordings: { type: { key: "media.none" } } });
  return new MegalithError("request.unsupported_media", { values: { ...values, type: sent.slice(0, 100) } });
}

/** PostgreSQL restarting, unreachable, out of connections, or waiting for a lock: the caller should try again, nothing is broken. */
function isDatabaseAway(fault: { code?: unknown; message?: unknown }): boolean {
  const code = String(fault?.code ?? "");
  if (/^(57P0[123]|08\d{3}|53\d{3}|55P03|ECONNREFUSED|ECONNRESET|ENOENT|EPIPE)$/.test(code)) return true;
  return /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error/.test(
    String(fault?.message ?? ""),
  );
}

/** The parameter that says what kind of thing a route's path names first; the customer of a query or a body where the path names nothing. */
export function soughtBy({ path, query, body }: RouteSpec): string {
  const inPath = /\{(\w+)\}/.exec(path)?.[1];
  if (inPath !== undefined) return inPath;
  const named = [query, body].some((part) => Object.hasOwn((part as { properties?: object } | undefined)?.properties ?? {}, "customer"));
  return named ? "customer" : "";
}

/**
 * A thing that is not found, named by its kind. The kind follows from the route alone, so that another's thing and one that does
 * not exist are told by the same words.
 */
export function namingWhat(error: MegalithError, request: FastifyRequest): MegalithError {
  if (error.code !== "request.not_found" || error.names) return error;
  const { problems, cause } = error;
  return new MegalithError("request.not_found", { wordings: { what: thing(request.routeOptions?.config?.sought ?? "") }, problems, cause });
}

export function errorBody(error: MegalithError, requestId: string, language: MessageLanguage): ErrorReply {
  return {
    error: {
      code: error.code,
      message: error.inWords(language),
      ...(Object.keys(error.values).length === 0 ? {} : { values: { ...error.values } }),
      ...(error.problems.length === 0 ? {} : { problems: error.problems.map((problem) => wordProblem(language, problem)) }),
      // A thing that is another's and a thing that does not exist answer the same bytes.
      ...(error.status === 404 || error.status === 401 ? {} : { requestId }),
    },
  };
}
