/**
 * The people: members with roles, invited by link; a customer's own logins; sessions by cookie.
 *
 * An invitation's token and a session's token are shown once and kept as hashes. An invitation works once, also when it is
 * accepted twice at the same moment. The last owner can be neither removed nor demoted.
 */
import { type Actor, idFromUuid, MegalithError, type Role } from "@megalith/contract";
import type { Pool, PoolClient } from "pg";
import { type Caller, type Clock, inTransaction, isUniqueViolation, type NewUuid, type Principal, type RandomBytes, recordChange } from "../foundation/index.ts";
import type { Member } from "./account.ts";
import { hashPassword, hashSecret, isSecret, newSecret, verifyPassword } from "./secret.ts";

export interface MemberOptions {
  readonly pool: Pool;
  readonly clock: Clock;
  readonly newUuid: NewUuid;
  readonly random: RandomBytes;
  readonly organisation: string;
  readonly isAdminKey: (text: string) => boolean;
}

export interface Invite {
  readonly organisation: string;
  readonly customerId: string | null;
  readonly role: Role;
  readonly expiresAt: Date;
}

const inviteMs = 7 * 86_400_000;
const sessionMs = 12 * 3_600_000;
const everyScope = ["decide", "read", "label", "erase"] as const;

export class MemberService {
  private readonly options: MemberOptions;
  private failures = { since: 0, count: 0 };

  constructor(options: MemberOptions) {
    this.options = options;
  }

  async list(organisation: string): Promise<Member[]> {
    const found = await this.options.pool.query<MemberRow>("select * from member where organisation = $1 and removed_at is null order by created_at", [organisation]);
    return found.rows.map(toMember);
  }

  /** @returns the token in clear, for the link. */
  async invite(caller: Caller, role: Role, customerId: string | null): Promise<{ token: string; expiresAt: Date }> {
    const { pool, random, newUuid, clock } = this.options;
    const token = newSecret("mglinv_", random);
    const now = clock.now();
    const expiresAt = new Date(now.getTime() + inviteMs);
    await inTransaction(pool, async (client) => {
      const id = newUuid();
      await client.query("insert into invite (id, organisation, customer_id, role, token_hash, created_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7)", [
        id,
        caller.organisation,
        customerId,
        role,
        hashSecret(token),
        now,
        expiresAt,
      ]);
      await recordChange(client, caller, newUuid(), now, { action: "accounts.member_invited", subjectKind: "invite", subjectId: id, subjectName: role });
    });
    return { token, expiresAt };
  }

  /** @throws MegalithError "accounts.invite_invalid". */
  async readInvite(token: string): Promise<Invite> {
    const found = isSecret("mglinv_", token)
      ? await this.options.pool.query<InviteRow>("select * from invite where token_hash = $1 and used_at is null and expires_at > $2", [hashSecret(token), this.options.clock.now()])
      : { rows: [] };
    const row = found.rows[0];
    if (row === undefined) throw new MegalithError("accounts.invite_invalid");
    return { organisation: row.organisation, customerId: row.customer_id, role: row.role, expiresAt: row.expires_at };
  }

  async acceptInvite(token: string, person: { email: string; name: string; password: string }): Promise<Member> {
    const { pool, random, newUuid, clock } = this.options;
    await this.readInvite(token);
    const passwordHash = await hashPassword(person.password, random);
    const email = person.email.trim().toLowerCase();
    try {
      return await inTransaction(pool, async (client) => {
        const now = clock.now();
        const used = await client.query<InviteRow>("update invite set used_at = $2 where token_hash = $1 and used_at is null and expires_at > $2 returning *", [hashSecret(token), now]);
        const row = used.rows[0];
        if (row === undefined) throw new MegalithError("accounts.invite_invalid");
        const id = newUuid();
        const inserted = await client.query<MemberRow>(
          "insert into member (id, organisation, customer_id, email, name, password_hash, role, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8) returning *",
          [id, row.organisation, row.customer_id, email, person.name, passwordHash, row.role, now],
        );
        const caller: Caller = { organisation: row.organisation, actor: { kind: "member", id: idFromUuid("member", id), name: person.name } };
        await recordChange(client, caller, newUuid(), now, { action: "accounts.member_joined", subjectKind: "member", subjectId: id, subjectName: email });
        return toMember(inserted.rows[0] as MemberRow);
      });
    } catch (error) {
      if (isUniqueViolation(error, "member_email")) throw new MegalithError("accounts.email_taken", { values: { email } });
      throw error;
    }
  }

  /** Changes the role, or removes with `null`. @throws MegalithError "accounts.last_owner". */
  async change(caller: Caller, memberId: string, role: Role | null): Promise<void> {
    const { pool, newUuid, clock } = this.options;
    await inTransaction(pool, async (client) => {
      const member = await lockMembers(client, caller.organisation, memberId);
      const now = clock.now();
      if (role === null) await client.query("update member set removed_at = $2 where id = $1", [memberId, now]);
      else await client.query("update member set role = $2 where id = $1", [memberId, role]);
      if (role === null) await client.query("delete from session where member_id = $1", [memberId]);
      const owners = await client.query("select 1 from member where organisation = $1 and customer_id is null and role = 'owner' and removed_at is null", [caller.organisation]);
      if (member.role === "owner" && member.customer_id === null && owners.rows.length === 0) throw new MegalithError("accounts.last_owner");
      const action = role === null ? "accounts.member_removed" : "accounts.member_changed";
      await recordChange(client, caller, newUuid(), now, { action, subjectKind: "member", subjectId: memberId, subjectName: member.email, detail: { role } });
    });
  }

  /** @returns the session's token for the cookie. @throws MegalithError "access.sign_in_failed", "server.overloaded" after many failures. */
  async signIn(by: { adminKey: string } | { email: string; password: string }): Promise<{ token: string; expiresAt: Date; principal: Principal }> {
    this.refuseFlood();
    const memberId = "adminKey" in by ? await this.checkAdminKey(by.adminKey) : await this.checkPassword(by.email, by.password);
    const { pool, random, newUuid, clock, organisation } = this.options;
    const token = newSecret("mglses_", random);
    const now = clock.now();
    const expiresAt = new Date(now.getTime() + sessionMs);
    await pool.query("delete from session where expires_at < $1", [now]);
    await pool.query("insert into session (id, organisation, member_id, token_hash, created_at, expires_at) values ($1, $2, $3, $4, $5, $6)", [
      newUuid(),
      organisation,
      memberId,
      hashSecret(token),
      now,
      expiresAt,
    ]);
    return { token, expiresAt, principal: (await this.bySession(token)) as Principal };
  }

  async signOut(token: string): Promise<void> {
    await this.options.pool.query("delete from session where token_hash = $1", [hashSecret(token)]);
  }

  /** Who holds this session, or null. */
  async bySession(token: string): Promise<Principal | null> {
    if (!isSecret("mglses_", token)) return null;
    const found = await this.options.pool.query<SessionRow>({
      name: "accounts.session",
      text: `select s.organisation, s.member_id, m.name, m.role, m.customer_id, c.status, c.service_ids
        from session s left join member m on m.id = s.member_id left join customer c on c.id = m.customer_id
        where s.token_hash = $1 and s.expires_at > $2 and (s.member_id is null or m.removed_at is null)`,
      values: [hashSecret(token), this.options.clock.now()],
    });
    const row = found.rows[0];
    if (row === undefined) return null;
    if (row.member_id === null) return this.admin();
    const actor: Actor = { kind: "member", id: idFromUuid("member", row.member_id), name: row.name };
    if (row.customer_id === null) return { kind: "provider", organisation: row.organisation, actor, role: row.role, memberId: row.member_id };
    if (row.status !== "active") throw new MegalithError("accounts.customer_suspended");
    return { kind: "customer", organisation: row.organisation, actor, customerId: row.customer_id, keyId: null, scopes: everyScope, serviceIds: row.service_ids };
  }

  /** The holder of the admin key: an owner. */
  admin(): Principal {
    return { kind: "provider", organisation: this.options.organisation, actor: { kind: "admin", id: null, name: "admin key" }, role: "owner", memberId: null };
  }

  private async checkAdminKey(text: string): Promise<null> {
    if (this.options.isAdminKey(text)) return null;
    return this.fail();
  }

  private async checkPassword(email: string, password: string): Promise<string> {
    const found = await this.options.pool.query<MemberRow>("select * from member where organisation = $1 and email = $2 and removed_at is null", [this.options.organisation, email.trim().toLowerCase()]);
    const row = found.rows[0];
    if ((await verifyPassword(password, row?.password_hash)) && row !== undefined) return row.id;
    return this.fail();
  }

  private fail(): never {
    this.failures.count++;
    throw new MegalithError("access.sign_in_failed");
  }

  /** At most 30 failures a minute over the whole installation: guessing is hopeless, an owner with a typo is not locked out. */
  private refuseFlood(): void {
    const now = this.options.clock.now().getTime();
    if (now - this.failures.since > 60_000) this.failures = { since: now, count: 0 };
    if (this.failures.count >= 30) throw new MegalithError("access.too_many_failures", { values: { seconds: 60 }, retryAfterSeconds: 60 });
  }
}

async function lockMembers(client: PoolClient, organisation: string, memberId: string): Promise<MemberRow> {
  const found = await client.query<MemberRow>("select * from member where organisation = $1 and removed_at is null order by id for update", [organisation]);
  const row = found.rows.find((member) => member.id === memberId);
  if (row === undefined) throw new MegalithError("request.not_found");
  return row;
}

interface MemberRow {
  id: string;
  customer_id: string | null;
  email: string;
  name: string;
  password_hash: string;
  role: Role;
  created_at: Date;
}

interface InviteRow {
  organisation: string;
  customer_id: string | null;
  role: Role;
  expires_at: Date;
}

interface SessionRow {
  organisation: string;
  member_id: string | null;
  name: string;
  role: Role;
  customer_id: string | null;
  status: string | null;
  service_ids: string[] | null;
}

function toMember(row: MemberRow): Member {
  return { id: row.id, customerId: row.customer_id, email: row.email, name: row.name, role: row.role, createdAt: row.created_at };
}
