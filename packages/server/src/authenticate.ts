/**
 * From a request's head to who calls, and whether they may.
 *
 * A key or the admin key as Bearer; else the session's cookie. A change by cookie must come from the console's own origin.
 */
import { MegalithError, type RouteSpec } from "@megalith/contract";
import { type KeyService, roleOrder, type SignInService } from "@megalith/platform/accounts";
import type { Principal } from "@megalith/platform/foundation";
import type { RequestHead } from "./app.ts";
import { readSessionCookie } from "./session-cookie.ts";

export interface AuthenticatorUses {
  readonly keys: KeyService;
  readonly signIn: SignInService;
  readonly isAdminKey: (text: string) => boolean;
}

export function authenticator(uses: AuthenticatorUses): (head: RequestHead) => Promise<Principal | null> | Principal | null {
  return ({ headers, method }) => {
    const { authorization } = headers;
    if (typeof authorization === "string") {
      const token = /^Bearer ([\x21-\x7e]{1,200})$/i.exec(authorization)?.[1];
      if (token === undefined) return null;
      return uses.isAdminKey(token) ? uses.signIn.admin() : uses.keys.authenticate(token);
    }
    const session = readSessionCookie(one(headers.cookie));
    if (session === undefined) return null;
    return uses.signIn.bySession(session).then((principal) => {
      if (principal !== null && method !== "GET" && method !== "HEAD") refuseForeignOrigin(headers);
      return principal;
    });
  };
}

/** Browsers say where a request comes from; what is not from here may not use the cookie. */
function refuseForeignOrigin(headers: RequestHead["headers"]): void {
  const site = one(headers["sec-fetch-site"]);
  const origin = one(headers.origin);
  if (site !== undefined && site !== "same-origin") throw new MegalithError("access.csrf");
  if (origin === undefined) {
    if (site === undefined) throw new MegalithError("access.csrf");
    return;
  }
  if (!URL.canParse(origin) || new URL(origin).host !== one(headers.host)) throw new MegalithError("access.csrf");
}

/** @throws MegalithError: nobody known 401; a customer at a provider's route as if there were none; a role or scope that is missing 403. */
export function authorise(access: RouteSpec["access"], principal: Principal | null): void {
  if (access.kind === "public") return;
  if (principal === null) throw new MegalithError("access.unauthenticated");
  if (access.kind === "known") return;
  if (principal.kind === "provider") {
    if (roleOrder.indexOf(principal.role) >= roleOrder.indexOf(access.role)) return;
    throw new MegalithError("access.role_missing", { values: { role: access.role, own: principal.role } });
  }
  if (access.kind === "provider") throw new MegalithError("request.no_such_route");
}

/**
 * What to throw at a customer's key without the scope, null when it has it. For one's own thing only: any other is as if it were
 * not there.
 */
export function missingScope(access: RouteSpec["access"], principal: Principal | null): MegalithError | null {
  if (access.kind !== "customer" || principal?.kind !== "customer" || principal.scopes.includes(access.scope)) return null;
  return new MegalithError("access.scope_missing", { values: { scope: access.scope } });
}

function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
