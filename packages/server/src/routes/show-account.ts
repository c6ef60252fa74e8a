/** Members, customers and keys as the contract shows them. */
import {
  type CustomerShape,
  type InvitationShape,
  idFromUuid,
  type KeyShape,
  MegalithError,
  type MemberShape,
  type SessionShape,
  uuidFromId,
} from "@megalith/contract";
import type { Customer, CustomerKey, Member } from "@megalith/platform/accounts";
import type { Principal } from "@megalith/platform/foundation";

export function showSession(principal: Principal): SessionShape {
  const isProvider = principal.kind === "provider";
  return {
    kind: principal.kind,
    name: principal.actor.name,
    member: principal.actor.kind === "member" ? principal.actor.id : null,
    role: isProvider ? principal.role : null,
    customer: isProvider ? null : idFromUuid("customer", principal.customerId),
    scopes: isProvider ? [] : [...principal.scopes],
    actor: principal.actor,
  };
}

/** An invitation for its link. */
export function showInvitation({ token, expiresAt }: { token: string; expiresAt: Date }): InvitationShape {
  return { token, path: `/join#${token}`, expiresAt: expiresAt.toISOString() };
}

export function showMember(member: Member): MemberShape {
  return {
    id: idFromUuid("member", member.id),
    email: member.email,
    name: member.name,
    role: member.role,
    customer: member.customerId === null ? null : idFromUuid("customer", member.customerId),
    createdAt: member.createdAt.toISOString(),
  };
}

export function showCustomer(customer: Customer): CustomerShape {
  return {
    id: idFromUuid("customer", customer.id),
    name: customer.name,
    title: customer.title,
    status: customer.status,
    services: customer.serviceIds === null ? null : customer.serviceIds.map((id) => idFromUuid("service", id)),
    billing: customer.billing,
    createdAt: customer.createdAt.toISOString(),
  };
}

export function showKey(key: CustomerKey): KeyShape {
  return {
    id: idFromUuid("key", key.id),
    customer: idFromUuid("customer", key.customerId),
    name: key.name,
    prefix: key.prefix,
    scopes: [...key.scopes],
    services: key.serviceIds === null ? null : key.serviceIds.map((id) => idFromUuid("service", id)),
    createdAt: key.createdAt.toISOString(),
    expiresAt: key.expiresAt?.toISOString() ?? null,
    revokedAt: key.revokedAt?.toISOString() ?? null,
    lastUsedAt: key.lastUsedAt?.toISOString() ?? null,
  };
}

/** Bare uuid of the customer in the path; another's is as if it were not there. */
export function ownCustomerId(principal: Principal, id: string): string {
  const uuid = uuidFromId("customer", id);
  if (uuid === undefined || (principal.kind === "customer" && principal.customerId !== uuid)) throw new MegalithError("request.not_found");
  return uuid;
}

/** Services by bare uuid; null is all, undefined is not said. */
export function bareServiceIds(services: readonly string[] | null | undefined): string[] | null | undefined {
  return services === undefined || services === null ? services : services.map((id) => bareId("service", id));
}

/** Bare uuid of an id of a known form. */
export function bareId(kind: "member" | "invite" | "key" | "job" | "service", id: string): string {
  const uuid = uuidFromId(kind, id);
  if (uuid === undefined) throw new MegalithError("request.not_found");
  return uuid;
}
