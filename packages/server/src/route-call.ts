/**
 * A request as a route's handler gets it: its parts validated, what is costly made when asked for.
 *
 * A class, so that the methods are shared: closures for every call would be a tenth of what a call allocates.
 */
import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import type { MessageLanguage, RouteSpec } from "@megalith/contract";
import type { Principal } from "@megalith/platform/foundation";
import type { FastifyReply, FastifyRequest } from "fastify";
import { callerNetwork } from "./caller-network.ts";
import { wrongMedia } from "./error-reply.ts";
import { languageOf } from "./language.ts";
import type { Call } from "./route.ts";
import { uploadStream } from "./upload-stream.ts";
import type { Validator } from "./validation.ts";

export const jsonLimitBytes = 1024 * 1024;
/** The stream of a route without one; already ended, so all share it. */
const nothing = Readable.from([]).resume();

class RouteCall {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  readonly principal: Principal | null;
  readonly stream: Readable;
  private readonly request: FastifyRequest;
  private readonly reply: FastifyReply;
  private controller: AbortController | undefined;

  constructor(
    parts: { params: unknown; query: unknown; body: unknown },
    principal: Principal | null,
    stream: Readable,
    request: FastifyRequest,
    reply: FastifyReply,
  ) {
    this.params = parts.params;
    this.query = parts.query;
    this.body = parts.body;
    this.principal = principal;
    this.stream = stream;
    this.request = request;
    this.reply = reply;
  }

  header(name: string): string | undefined {
    const value = this.request.headers[name];
    return Array.isArray(value) ? value[0] : value;
  }

  get requestId(): string {
    return this.request.id;
  }

  get network(): string {
    return callerNetwork(this.request.ip);
  }

  get language(): MessageLanguage {
    return languageOf(this.request.headers["accept-language"]);
  }

  get signal(): AbortSignal {
    this.controller ??= abortOnClose(this.reply);
    return this.controller.signal;
  }

  setHeader(name: string, value: string): void {
    this.reply.header(name, value);
  }

  setStatus(status: number): void {
    this.reply.code(status);
  }
}

/** @throws MegalithError of the validation; "request.unsupported_media" for a body of another type. */
export function toCall(
  spec: RouteSpec,
  validate: Validator,
  request: FastifyRequest,
  reply: FastifyReply,
  principal: Principal | null,
): Call<RouteSpec> {
  const streamed = spec.streamedBody !== undefined;
  if (streamed) checkMedia(spec.streamedBody, request.headers["content-type"]);
  const parts = {
    params: request.params,
    query: { ...(request.query as object) },
    body: streamed ? undefined : (request.body ?? {}),
    headers: request.headers,
  };
  validate(parts);
  const stream = streamed ? uploadStream(request.body as IncomingMessage, spec.bodyLimitBytes ?? jsonLimitBytes) : nothing;
  return new RouteCall(parts, principal, stream, request, reply) as unknown as Call<RouteSpec>;
}

function abortOnClose(reply: FastifyReply): AbortController {
  const controller = new AbortController();
  const abort = (): void => {
    if (!reply.raw.writableFinished) controller.abort();
  };
  if (reply.raw.closed || reply.raw.destroyed) abort();
  else reply.raw.once("close", abort);
  return controller;
}

function checkMedia(accepted: readonly string[], type: string | undefined): void {
  const plain = (type ?? "application/octet-stream").split(";")[0]?.trim().toLowerCase() ?? "";
  if (accepted.includes(plain)) return;
  throw wrongMedia(plain, accepted);
}
