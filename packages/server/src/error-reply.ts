/** Any throw as a reply: a coded one as it is, a framework's as its nearest code, anything else as server.internal. */
import { type ErrorCode, type ErrorReply, MegalithError, type MessageLanguage, translate, wordProblem } from "@megalith/contract";

const frameworkCodes: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: "request.too_large",
  FST_ERR_CTP_INVALID_MEDIA_TYPE: "request.unsupported_media",
  FST_ERR_CTP_EMPTY_JSON_BODY: "request.malformed",
  FST_ERR_CTP_INVALID_JSON_BODY: "request.malformed",
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: "request.malformed",
  FST_ERR_BAD_URL: "request.malformed",
  FST_ERR_ASYNC_CONSTRAINT: "request.malformed",
  FST_ERR_MAX_PARAM_LENGTH: "request.not_found",
};

export function toMegalithError(error: unknown): MegalithError {
  if (error instanceof MegalithError) return error;
  const fault = error as { code?: unknown; statusCode?: unknown; message?: unknown };
  const code = typeof fault?.code === "string" ? frameworkCodes[fault.code] : undefined;
  const reason = String(fault?.message ?? error);
  if (code !== undefined)
    return new MegalithError(code, {
      values: { reason, type: "that was sent", accepted: "application/json", limit: "this route" },
      cause: error,
    });
  if (fault?.statusCode === 400) return new MegalithError("request.malformed", { values: { reason }, cause: error });
  if (isDatabaseAway(fault))
    return new MegalithError("server.overloaded", { values: { seconds: 1 }, retryAfterSeconds: 1, detail: reason, cause: error });
  return new MegalithError("server.internal", { detail: error instanceof Error ? (error.stack ?? reason) : reason, cause: error });
}

/** PostgreSQL restarting, unreachable, out of space or connections, or waiting for a lock: the caller should try again, nothing is broken. */
function isDatabaseAway(fault: { code?: unknown; message?: unknown }): boolean {
  const code = String(fault?.code ?? "");
  if (/^(57P0[123]|08\d{3}|53\d{3}|55P03|ECONNREFUSED|ECONNRESET|ENOENT|EPIPE)$/.test(code)) return true;
  return /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error/.test(
    String(fault?.message ?? ""),
  );
}

export function errorBody(error: MegalithError, requestId: string, language: MessageLanguage): ErrorReply {
  return {
    error: {
      code: error.code,
      message: language === "en" ? error.message : translate(language, `error.${error.code}`, error.values),
      ...(Object.keys(error.values).length === 0 ? {} : { values: { ...error.values } }),
      ...(error.problems.length === 0 ? {} : { problems: error.problems.map((problem) => wordProblem(language, problem)) }),
      // A thing that is another's and a thing that does not exist answer the same bytes.
      ...(error.status === 404 || error.status === 401 ? {} : { requestId }),
    },
  };
}
