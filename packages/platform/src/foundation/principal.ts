/** Who calls, once known. `accounts` makes it from a key or a cookie; routes and domains read it. Ids are bare uuids. */
import type { Actor, Role, Scope } from "@megalith/contract";

/** Someone of the provider: a member by session, or the holder of the admin key (an owner). */
export interface ProviderPrincipal {
  readonly kind: "provider";
  readonly organisation: string;
  readonly actor: Actor;
  readonly role: Role;
  readonly memberId: string | null;
}

/** A customer, by key or by a customer's own login (then every scope). */
export interface CustomerPrincipal {
  readonly kind: "customer";
  readonly organisation: string;
  readonly actor: Actor;
  readonly customerId: string;
  readonly keyId: string | null;
  readonly scopes: readonly Scope[];
  /** Services this caller may see, by bare uuid; null is all of its customer's. */
  readonly serviceIds: readonly string[] | null;
}

export type Principal = ProviderPrincipal | CustomerPrincipal;
