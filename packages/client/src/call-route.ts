/**
 * Calls a route of the contract over fetch: Node, browser or edge. Types of parts and reply come from the route.
 *
 * A call that is safe to repeat (a read, or one that carries an Idempotency-Key) is repeated when the connection breaks or
 * the server is busy; the answer of a repeat is the first one's, byte for byte, and free.
 */
import type { BodyOf, ParamsOf, QueryOf, ReplyOf, RouteSpec } from "@megalith/contract";
import { ClientError, errorOfReply } from "./client-error.ts";

export interface ClientOptions {
  /** `https://megalith.example.com` */
  readonly url: string;
  readonly key?: string | undefined;
  readonly fetch?: typeof fetch;
  /** Tries in all of a call that may be repeated; 4 unless told otherwise. */
  readonly tries?: number;
  /** Waits between tries; a test hands in its own. */
  readonly wait?: (delayMs: number) => Promise<void>;
}

type Asked<K extends string, T> = [T] extends [undefined]
  ? unknown
  : object extends T
    ? { readonly [P in K]?: T }
    : { readonly [P in K]: T };
export type CallParts<R extends RouteSpec> = Asked<"params", ParamsOf<R>> &
  Asked<"query", QueryOf<R>> &
  Asked<"body", BodyOf<R>> & {
    /** Makes a call that changes something safe to repeat. */
    readonly idempotencyKey?: string;
    /** A repeat is harmless by what the body says, such as a reference. */
    readonly repeatable?: boolean;
    /** The raw body of a route that takes one. */
    readonly bytes?: Uint8Array;
    readonly signal?: AbortSignal;
    /** Told the reply's headers, for example `megalith-repeated`. */
    readonly onHeaders?: (headers: Headers) => void;
  };

interface LooseParts {
  readonly params?: Readonly<Record<string, string | number>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly idempotencyKey?: string;
  readonly repeatable?: boolean;
  readonly bytes?: Uint8Array;
  readonly signal?: AbortSignal;
  readonly onHeaders?: (headers: Headers) => void;
}

const firstDelayMs = 200;
const longestDelayMs = 5000;

/** @throws ClientError; the signal's reason when aborted. */
export async function callRoute<const R extends RouteSpec>(options: ClientOptions, spec: R, parts: CallParts<R>): Promise<ReplyOf<R>> {
  const reply = await send(options, spec, parts as LooseParts);
  if (reply.status === 204) return undefined as ReplyOf<R>;
  return (await reply.json()) as ReplyOf<R>;
}

/** Like `callRoute`, for a route whose reply is not JSON. */
export async function callRouteForBytes<const R extends RouteSpec>(
  options: ClientOptions,
  spec: R,
  parts: CallParts<R>,
): Promise<Uint8Array> {
  const reply = await send(options, spec, parts as LooseParts);
  return new Uint8Array(await reply.arrayBuffer());
}

/** Like `callRouteForBytes`, as they come: for a reply that may be large. It is not repeated once it began. */
export async function callRouteForStream<const R extends RouteSpec>(
  options: ClientOptions,
  spec: R,
  parts: CallParts<R>,
): Promise<ReadableStream<Uint8Array>> {
  const reply = await send(options, spec, parts as LooseParts);
  return reply.body ?? new Blob().stream();
}

async function send(options: ClientOptions, spec: RouteSpec, parts: LooseParts): Promise<Response> {
  const named = parts.idempotencyKey !== undefined || parts.repeatable === true;
  const repeatable = spec.method === "GET" || spec.method === "PUT" || spec.method === "DELETE" || named;
  const tries = repeatable ? Math.max(1, options.tries ?? 4) : 1;
  const wait = options.wait ?? ((delayMs: number) => new Promise<void>((resolve) => setTimeout(resolve, delayMs)));
  for (let attempt = 1; ; attempt++) {
    const { reply, error, retryAfterMs } = await tryOnce(options, spec, parts);
    if (reply !== undefined) return reply;
    const passing = error.status === 0 || error.status === 429 || error.status === 503 || error.status === 502 || error.status === 504;
    if (!passing || attempt >= tries || isUsedUp(error)) throw error;
    await wait(Math.min(longestDelayMs, Math.max(retryAfterMs, firstDelayMs * 2 ** (attempt - 1))));
    parts.signal?.throwIfAborted();
  }
}

/** A quota does not come back by waiting a moment. */
function isUsedUp(error: ClientError): boolean {
  return error.code === "serving.quota_exceeded" || error.code === "serving.service_paused";
}

type Outcome = { reply: Response; error?: never; retryAfterMs?: never } | { reply?: never; error: ClientError; retryAfterMs: number };

async function tryOnce(options: ClientOptions, spec: RouteSpec, parts: LooseParts): Promise<Outcome> {
  try {
    const reply = await (options.fetch ?? fetch)(addressOf(options.url, spec, parts), requestOf(options, spec, parts));
    if (reply.ok) {
      parts.onHeaders?.(reply.headers);
      return { reply };
    }
    const retryAfterMs = Number(reply.headers.get("retry-after") ?? 0) * 1000 || 0;
    return { error: errorOfReply(reply.status, await reply.text()), retryAfterMs };
  } catch (cause) {
    parts.signal?.throwIfAborted();
    const message = `The server at ${options.url} cannot be reached.`;
    return { error: new ClientError(0, { code: "client.unreachable", message }, cause), retryAfterMs: 0 };
  }
}

function requestOf(options: ClientOptions, spec: RouteSpec, parts: LooseParts): RequestInit {
  const headers: Record<string, string> = { accept: "application/json" };
  if (options.key !== undefined) headers.authorization = `Bearer ${options.key}`;
  if (parts.idempotencyKey !== undefined) headers["idempotency-key"] = parts.idempotencyKey;
  const request: RequestInit = { method: spec.method, headers };
  if (parts.signal !== undefined) request.signal = parts.signal;
  if (parts.bytes !== undefined) {
    headers["content-type"] = "application/octet-stream";
    request.body = new Uint8Array(parts.bytes);
  } else if (spec.body !== undefined) {
    headers["content-type"] = "application/json";
    request.body = JSON.stringify(parts.body ?? {});
  }
  return request;
}

/** The route's address with its parameters and query filled in. */
export function addressOf(url: string, spec: RouteSpec, parts: Pick<LooseParts, "params" | "query">): string {
  const path = spec.path.replace(/\{(\w+)\}/g, (_whole, name: string) => {
    const value = parts.params?.[name];
    if (value === undefined) throw new TypeError(`the route ${spec.path} needs ${name}`);
    return encodeURIComponent(String(value));
  });
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parts.query ?? {})) if (value !== undefined) query.append(name, String(value));
  const text = query.toString();
  return `${url.replace(/\/+$/, "")}${path}${text === "" ? "" : `?${text}`}`;
}
