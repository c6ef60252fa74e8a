/** Sessions: a token in a cookie, its hash in a row. What the holder may do is read with each call, so a change is in force at once. */
import { type Actor, idFromUuid, MegalithError, type Role, scopes } from "@megalith/contract";
import type { Pool, PoolClient } from "pg";
import { type Clock, type NewUuid, type Principal, type ProviderPrincipal, type RandomBytes, recordChange } from "../foundation/index.ts";
import { hashSecret, isSecret, newSecret } from "./secret.ts";

export interface Session {
  /** In clear, for the cookie. */
  readonly token: string;
  readonly expiresAt: Date;
  readonly principal: Principal;
}

export interface AccountOptions {
  readonly pool: Pool;
  readonly clock: Clock;
  readonly newUuid: NewUuid;
  readonly random: RandomBytes;
  readonly organisation: string;
}

const lifeMs = 12 * 3_600_000;

/** The holder of the admin key: an owner. */
export function adminOf(organisation: string): ProviderPrincipal {
  return { kind: "provider", organisation, actor: { kind: "admin", id: null, name: "admin key" }, role: "owner", memberId: null };
}

/** @param memberId null for the holder of the admin key. @throws MegalithError "accounts.customer_suspended". */
export async function openSession(client: PoolClient, options: AccountOptions, memberId: string | null): Promise<Session> {
  const { clock, newUuid, organisation, random } = options;
  const now = clock.now();
  const token = newSecret("mglses_", random);
  const expiresAt = new Date(now.getTime() + lifeMs);
  await client.query("delete from session where organisation = $1 and expires_at < $2", [organisation, now]);
  await client.query(
    "insert into session (id, organisation, member_id, token_hash, created_at, expires_at) values ($1, $2, $3, $4, $5, $6)",
    [newUuid(), organisation, memberId, hashSecret(token), now, expiresAt],
  );
  const principal = await holderOf(client, token, now);
  if (principal === null) throw new MegalithError("access.sign_in_failed");
  await recordChange(client, principal, newUuid(), now, {
    action: "accounts.signed_in",
    subjectKind: "member",
    subjectId: memberId,
    subjectName: principal.actor.name,
  });
  return { token, expiresAt, principal };
}

/** Who holds this session, or null. @throws MegalithError "accounts.customer_suspended". */
export async function holderOf(client: Pool | PoolClient, token: string, now: Date): Promise<Principal | null> {
  if (!isSecret("mglses_", token)) return null;
  const found = await client.query<HolderRow>({
    name: "accounts.session",
    text: `select s.organisation, s.member_id, m.name, m.role, m.customer_id, c.status, c.service_ids
      from session s left join member m on m.id = s.member_id left join customer c on c.id = m.customer_id
      where s.token_hash = $1 and s.expires_at > $2 and (s.member_id is null or m.removed_at is null)`,
    values: [hashSecret(token), now],
  });
  const row = found.rows[0];
  if (row === undefined) return null;
  if (row.member_id === null) return adminOf(row.organisation);
  const actor: Actor = { kind: "member", id: idFromUuid("member", row.member_id), name: row.name };
  const { organisation } = row;
  if (row.customer_id === null) return { kind: "provider", organisation, actor, role: row.role, memberId: row.member_id };
  if (row.status !== "active") throw new MegalithError("accounts.customer_suspended");
  return { kind: "customer", organisation, actor, customerId: row.customer_id, keyId: null, scopes, serviceIds: row.service_ids };
}

interface HolderRow {
  organisation: string;
  member_id: string | null;
  name: string;
  role: Role;
  customer_id: string | null;
  status: string | null;
  service_ids: string[] | null;
}
