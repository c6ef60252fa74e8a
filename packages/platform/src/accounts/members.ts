/**
 * The people: members with roles, a customer's own logins, both invited by link; signing in and out.
 *
 * An invitation's token is shown once and kept as a hash. It works once, also when it is accepted twice at the same moment.
 * The last owner can be neither removed nor demoted.
 */
import { idFromUuid, MegalithError, type Role } from "@megalith/contract";
import type { Pool, PoolClient } from "pg";
import { type Caller, inTransaction, isUniqueViolation, type Principal, recordChange } from "../foundation/index.ts";
import type { Member } from "./account.ts";
import { hashPassword, hashSecret, isSecret, newSecret, verifyPassword } from "./secret.ts";
import { adminOf, holderOf, openSession, type Session, type SessionOptions } from "./sessions.ts";
import { SignInLimit } from "./sign-in-limit.ts";

export interface MemberOptions extends SessionOptions {
  readonly isAdminKey: (text: string) => boolean;
}

export interface Invite {
  readonly organisation: string;
  readonly customerId: string | null;
  readonly role: Role;
  readonly expiresAt: Date;
}

const inviteMs = 7 * 86_400_000;

export class MemberService {
  private readonly options: MemberOptions;
  private readonly limit: SignInLimit;

  constructor(options: MemberOptions) {
    this.options = options;
    this.limit = new SignInLimit(options.pool, options.clock);
  }

  /** Oldest first. */
  async list(organisation: string): Promise<Member[]> {
    const found = await this.options.pool.query<MemberRow>(
      "select * from member where organisation = $1 and removed_at is null order by id",
      [organisation],
    );
    return found.rows.map(toMember);
  }

  /** @param customerId null for the provider's people. @returns the token in clear, for the link. */
  async invite(caller: Caller, role: Role, customerId: string | null): Promise<{ token: string; expiresAt: Date }> {
    const { pool, random, newUuid, clock } = this.options;
    const token = newSecret("mglinv_", random);
    const now = clock.now();
    const expiresAt = new Date(now.getTime() + inviteMs);
    await inTransaction(pool, async (client) => {
      const id = newUuid();
      await client.query(
        "insert into invite (id, organisation, customer_id, role, token_hash, created_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7)",
        [id, caller.organisation, customerId, role, hashSecret(token), now, expiresAt],
      );
      await recordChange(client, caller, newUuid(), now, {
        action: "accounts.member_invited",
        subjectKind: "invite",
        subjectId: id,
        subjectName: role,
        detail: customerId === null ? { role } : { role, customer: idFromUuid("customer", customerId) },
      });
    });
    return { token, expiresAt };
  }

  /** @throws MegalithError "accounts.invite_invalid". */
  async readInvite(token: string): Promise<Invite> {
    if (!isSecret("mglinv_", token)) throw new MegalithError("accounts.invite_invalid");
    const found = await this.options.pool.query<InviteRow>(
      "select * from invite where token_hash = $1 and used_at is null and expires_at > $2",
      [hashSecret(token), this.options.clock.now()],
    );
    const row = found.rows[0];
    if (row === undefined) throw new MegalithError("accounts.invite_invalid");
    return { organisation: row.organisation, customerId: row.customer_id, role: row.role, expiresAt: row.expires_at };
  }

  /** Joins and signs in. @throws MegalithError "accounts.invite_invalid", "accounts.email_taken" (the invitation stays good). */
  async acceptInvite(
    token: string,
    person: { readonly email: string; readonly name: string; readonly password: string },
  ): Promise<Session> {
    await this.readInvite(token);
    const passwordHash = await hashPassword(person.password, this.options.random);
    const email = plainEmail(person.email);
    try {
      return await inTransaction(this.options.pool, (client) => this.join(client, token, { email, name: person.name, passwordHash }));
    } catch (error) {
      if (isUniqueViolation(error, "member_email")) throw new MegalithError("accounts.email_taken", { values: { email }, cause: error });
      throw error;
    }
  }

  /** In force with the next call. @throws MegalithError "request.not_found", "accounts.last_owner", "accounts.login_without_role" for a customer's login. */
  async change(caller: Caller, memberId: string, role: Role): Promise<Member> {
    return this.alter(caller, memberId, async (client, member, now) => {
      if (member.customer_id !== null) throw new MegalithError("accounts.login_without_role");
      await client.query("update member set role = $2 where id = $1", [memberId, role]);
      await this.record(client, caller, now, "accounts.member_changed", member, { from: member.role, to: role });
      return toMember({ ...member, role });
    });
  }

  /** Also ends the member's sessions. @throws MegalithError "request.not_found", "accounts.last_owner". */
  async remove(caller: Caller, memberId: string): Promise<void> {
    await this.alter(caller, memberId, async (client, member, now) => {
      await client.query("update member set removed_at = $2 where id = $1", [memberId, now]);
      await client.query("delete from session where member_id = $1", [memberId]);
      await this.record(client, caller, now, "accounts.member_removed", member, { role: member.role });
    });
  }

  /**
   * @param network where the try comes from, for slowing those who guess.
   * @throws MegalithError "access.sign_in_failed", "access.too_many_failures", "accounts.customer_suspended".
   */
  async signIn(
    by: { readonly adminKey: string } | { readonly email: string; readonly password: string },
    network: string,
  ): Promise<Session> {
    const memberId =
      "adminKey" in by
        ? await this.limit.guard(null, network, async () => this.checkAdminKey(by.adminKey))
        : await this.limit.guard(plainEmail(by.email), network, () => this.checkPassword(plainEmail(by.email), by.password));
    return inTransaction(this.options.pool, (client) => openSession(client, this.options, memberId));
  }

  async signOut(token: string): Promise<void> {
    const { clock, newUuid, pool } = this.options;
    await inTransaction(pool, async (client) => {
      const ended = await client.query<{ organisation: string; member_id: string | null; name: string | null }>(
        `with ended as (delete from session where token_hash = $1 returning organisation, member_id)
         select ended.*, m.name from ended left join member m on m.id = ended.member_id`,
        [hashSecret(token)],
      );
      for (const { organisation, member_id: id, name } of ended.rows) {
        const { actor: admin } = adminOf(organisation);
        const actor = id === null ? admin : { kind: "member" as const, id: idFromUuid("member", id), name: name ?? "" };
        const change = { action: "accounts.signed_out", subjectKind: "member", subjectId: id, subjectName: actor.name };
        await recordChange(client, { organisation, actor }, newUuid(), clock.now(), change);
      }
    });
  }

  /** Who holds this session, or null. @throws MegalithError "accounts.customer_suspended". */
  bySession(token: string): Promise<Principal | null> {
    return holderOf(this.options.pool, token, this.options.clock.now());
  }

  /** The holder of the admin key. */
  admin(): Principal {
    return adminOf(this.options.organisation);
  }

  private async join(client: PoolClient, token: string, person: { email: string; name: string; passwordHash: string }): Promise<Session> {
    const { newUuid, clock } = this.options;
    const now = clock.now();
    const used = await client.query<InviteRow>(
      "update invite set used_at = $2 where token_hash = $1 and used_at is null and expires_at > $2 returning *",
      [hashSecret(token), now],
    );
    const invite = used.rows[0];
    if (invite === undefined) throw new MegalithError("accounts.invite_invalid");
    const { organisation } = invite;
    const id = newUuid();
    await client.query(
      `insert into member (id, organisation, customer_id, email, name, password_hash, role, created_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [id, organisation, invite.customer_id, person.email, person.name, person.passwordHash, invite.role, now],
    );
    const caller: Caller = { organisation, actor: { kind: "member", id: idFromUuid("member", id), name: person.name } };
    await this.record(client, caller, now, "accounts.member_joined", { id, email: person.email }, { role: invite.role });
    return openSession(client, this.options, id);
  }

  /** Locks all members, so that two owners who remove each other at once cannot both succeed. */
  private alter<T>(caller: Caller, memberId: string, work: (client: PoolClient, member: MemberRow, now: Date) => Promise<T>): Promise<T> {
    return inTransaction(this.options.pool, async (client) => {
      const locked = await client.query<MemberRow>(
        "select * from member where organisation = $1 and removed_at is null order by id for update",
        [caller.organisation],
      );
      const member = locked.rows.find(({ id }) => id === memberId);
      if (member === undefined) throw new MegalithError("request.not_found");
      const result = await work(client, member, this.options.clock.now());
      if (isOwner(member) && !(await hasOwner(client, caller.organisation))) throw new MegalithError("accounts.last_owner");
      return result;
    });
  }

  private record(
    client: PoolClient,
    caller: Caller,
    now: Date,
    action: string,
    member: { readonly id: string; readonly email: string },
    detail: Record<string, unknown>,
  ): Promise<void> {
    const change = { action, subjectKind: "member", subjectId: member.id, subjectName: member.email, detail };
    return recordChange(client, caller, this.options.newUuid(), now, change);
  }

  private checkAdminKey(text: string): null {
    if (!this.options.isAdminKey(text)) throw new MegalithError("access.sign_in_failed");
    return null;
  }

  private async checkPassword(email: string, password: string): Promise<string> {
    const { pool, organisation } = this.options;
    const found = await pool.query<MemberRow>("select * from member where organisation = $1 and email = $2 and removed_at is null", [
      organisation,
      email,
    ]);
    const row = found.rows[0];
    if (!(await verifyPassword(password, row?.password_hash)) || row === undefined) throw new MegalithError("access.sign_in_failed");
    return row.id;
  }
}

function plainEmail(email: string): string {
  return email.normalize("NFC").trim().toLowerCase();
}

function isOwner(member: MemberRow): boolean {
  return member.role === "owner" && member.customer_id === null;
}

async function hasOwner(client: Pool | PoolClient, organisation: string): Promise<boolean> {
  const found = await client.query(
    "select from member where organisation = $1 and customer_id is null and role = 'owner' and removed_at is null limit 1",
    [organisation],
  );
  return found.rowCount === 1;
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

function toMember(row: MemberRow): Member {
  return { id: row.id, customerId: row.customer_id, email: row.email, name: row.name, role: row.role, createdAt: row.created_at };
}
