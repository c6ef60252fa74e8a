/**
 * Calls a route of the contract from the browser; types of parts and reply come from the route.
 *
 * The session travels as a cookie that scripts cannot read; nothing secret is kept here. The language of the page is sent,
 * so reasons and invoices come back worded in it.
 */
import type { BodyOf, ErrorReply, ParamsOf, QueryOf, ReplyOf, RouteSpec } from "@megalith/contract";

type Asked<K extends string, T> = [T] extends [undefined]
  ? unknown
  : object extends T
    ? { readonly [P in K]?: T }
    : { readonly [P in K]: T };
export type Parts<R extends RouteSpec> = Asked<"params", ParamsOf<R>> &
  Asked<"query", QueryOf<R>> &
  Asked<"body", BodyOf<R>> & { readonly signal?: AbortSignal };

interface LooseParts {
  readonly params?: Readonly<Record<string, string | number>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

export type ApiProblem = NonNullable<ErrorReply["error"]["problems"]>[number];

/** What the server said was wrong; `code` is of the error catalogue, or "network.unreachable". */
export class ApiError extends Error {
  readonly code: string;
  readonly status: number;
  readonly values: Readonly<Record<string, string | number>>;
  readonly problems: readonly ApiProblem[];

  constructor(status: number, error: ErrorReply["error"]) {
    super(error.message);
    this.name = "ApiError";
    this.code = error.code;
    this.status = status;
    this.values = error.values ?? {};
    this.problems = error.problems ?? [];
  }
}

export const unreachable = { code: "network.unreachable", message: "The server cannot be reached." } as const;

/** @throws ApiError */
export async function callRoute<const R extends RouteSpec>(spec: R, parts: Parts<R>): Promise<ReplyOf<R>> {
  const { body, signal } = parts as LooseParts;
  const headers: Record<string, string> = { accept: "application/json", "accept-language": document.documentElement.lang };
  if (spec.method !== "GET" && spec.body !== undefined) headers["content-type"] = "application/json";
  const reply = await fetch(addressOf(spec, parts as LooseParts), {
    method: spec.method,
    headers,
    credentials: "same-origin",
    ...(headers["content-type"] === undefined ? {} : { body: JSON.stringify(body ?? {}) }),
    ...(signal === undefined ? {} : { signal }),
  }).catch((error: Error) => {
    if (error.name === "AbortError") throw error;
    throw new ApiError(0, unreachable);
  });
  const text = await reply.text();
  if (!reply.ok) throw errorOf(reply.status, text);
  return (text === "" ? undefined : JSON.parse(text)) as ReplyOf<R>;
}

/** The path of a route with its parts filled in, for a link or an upload. */
export function addressOf(spec: RouteSpec, parts: LooseParts): string {
  const path = spec.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(parts.params?.[name] ?? "")));
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parts.query ?? {})) if (value !== undefined && value !== null) query.set(name, String(value));
  const text = query.toString();
  return text === "" ? path : `${path}?${text}`;
}

/** A reply that is no JSON of ours (a proxy's page, a broken connection) still gives a coded error. */
export function errorOf(status: number, text: string): ApiError {
  try {
    const parsed = JSON.parse(text) as ErrorReply;
    if (typeof parsed.error?.code === "string") return new ApiError(status, parsed.error);
  } catch {
    return new ApiError(status, { code: "server.internal", message: text.slice(0, 200) });
  }
  return new ApiError(status, { code: "server.internal", message: text.slice(0, 200) });
}
