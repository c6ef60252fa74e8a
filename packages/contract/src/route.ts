/**
 * What a route is: the one description from which the server's validation, OpenAPI, the client's types,
 * the access test and the console's calls are made.
 *
 * Access names who may call; a provider route called with a customer's key answers 404, as if it did not exist.
 */

import type { Static, TSchema } from "typebox";
import type { ErrorCode } from "./errors.ts";

export type Role = "viewer" | "analyst" | "engineer" | "owner";

/** Scopes that a customer's key can hold. */
export const scopes = ["decide", "read", "label", "erase"] as const;
export type Scope = (typeof scopes)[number];

export type Access =
  /** Nobody needs to be known. */
  | { readonly kind: "public" }
  /** A signed-in member of the provider with at least this role (or the admin key, an owner). */
  | { readonly kind: "provider"; readonly role: Role }
  /** A customer, for its own things, by key with this scope or by a customer's session; a provider's member with the role too. */
  | { readonly kind: "customer"; readonly scope: Scope; readonly role: Role }
  /** Anybody who is known: member, customer or key. */
  | { readonly kind: "known" };

export interface RouteSpec {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** OpenAPI form: `/api/v1/tables/{table}`. */
  readonly path: string;
  readonly summary: string;
  /** What a caller should know beside the summary. */
  readonly description: string;
  readonly tag: string;
  readonly access: Access;
  readonly params?: TSchema;
  readonly query?: TSchema;
  /** JSON body. */
  readonly body?: TSchema;
  /** Fields of the body that hold one record and many: told to whoever sends the record's fields beside them. */
  readonly holder?: { readonly one: string; readonly many: string };
  /** A raw body of these content types, streamed to the handler. */
  readonly streamedBody?: readonly string[];
  readonly bodyLimitBytes?: number;
  readonly headers?: TSchema;
  readonly status?: 200 | 201 | 202 | 204;
  /** Of a call that found its work done already. */
  readonly repeatStatus?: 200;
  readonly response?: TSchema;
  /** A reply that is not JSON. */
  readonly responseType?: string;
  /** Error codes beyond the common ones that a caller should handle. */
  readonly errors?: readonly ErrorCode[];
}

/** Keeps the literal types of a route. */
export function defineRoute<const R extends RouteSpec>(route: R): R {
  return route;
}

type Part<R, K extends string> = R extends Readonly<Record<K, infer S>> ? (S extends TSchema ? Static<S> : unknown) : undefined;

export type ParamsOf<R> = Part<R, "params">;
export type QueryOf<R> = Part<R, "query">;
export type BodyOf<R> = Part<R, "body">;
export type ReplyOf<R> = Part<R, "response">;
