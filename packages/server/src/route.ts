/**
 * Binds a route of the contract to its handler. A handler gets validated, typed parts and who calls; it returns the reply.
 *
 * One file per route under routes/: a factory that takes exactly what the route uses and returns a BoundRoute.
 */
import type { Readable } from "node:stream";
import type { BodyOf, MessageLanguage as Language, ParamsOf, QueryOf, ReplyOf, RouteSpec } from "@megalith/contract";
import type { Principal, ProviderPrincipal } from "@megalith/platform/foundation";

/** What access kind a route has decides who its handler can meet. */
type PrincipalOf<R extends RouteSpec> = R["access"] extends { kind: "public" }
  ? Principal | null
  : R["access"] extends { kind: "provider" }
    ? ProviderPrincipal
    : Principal;

export interface Call<R extends RouteSpec> {
  readonly params: ParamsOf<R>;
  readonly query: QueryOf<R>;
  readonly body: BodyOf<R>;
  readonly principal: PrincipalOf<R>;
  /** The raw body of a route with `streamedBody`. */
  readonly stream: Readable;
  readonly header: (name: string) => string | undefined;
  readonly requestId: string;
  /** Where the caller is, coarse enough that one holder of many addresses is one: see caller-network.ts. */
  readonly network: string;
  /** What the caller asked for by Accept-Language. */
  readonly language: Language;
  /** Aborts when the caller hangs up. */
  readonly signal: AbortSignal;
  /** Sets a reply header; `set-cookie` may be set more than once. */
  readonly setHeader: (name: string, value: string) => void;
  readonly setStatus: (status: number) => void;
}

/** A reply that is not JSON (the route has `responseType`): text, bytes or a stream. */
export type RawReply = string | Uint8Array | Readable;

export interface BoundRoute {
  readonly spec: RouteSpec;
  readonly handle: (call: Call<RouteSpec>) => Promise<unknown>;
}

type Reply<R extends RouteSpec> = R extends { responseType: string } ? RawReply : R extends { response: unknown } ? ReplyOf<R> : undefined;

/** Ties handler and contract together by type. */
export function bindRoute<const R extends RouteSpec>(spec: R, handle: (call: Call<R>) => Promise<Reply<R>>): BoundRoute {
  return { spec, handle: handle as unknown as BoundRoute["handle"] };
}
