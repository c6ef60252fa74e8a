/**
 * Invitations by link, for members and for a customer's own logins.
 *
 * A token is shown once and kept as a hash. It works once, also when it is accepted twice at the same moment.
 */
import { idFromUuid, MegalithError, type Role } from "@megalith/contract";
import type { PoolClient } from "pg";
import { type Caller, inTransaction, isUniqueViolation, recordChange } from "../foundation/index.ts";
import { plainEmail, recordMember } from "./member-row.ts";
import { hashPassword, hashSecret, isSecret, newSecret } from "./secret.ts";
import { type AccountOptions, openSession, type Session } from "./sessions.ts";

export interface Invite {
  readonly organisation: string;
  readonly customerId: string | null;
  readonly role: Role;
  readonly expiresAt: Date;
}

/** An invitation that still works. */
export interface OpenInvite {
  readonly id: string;
  readonly customerId: string | null;
  readonly role: Role;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

const inviteMs = 7 * 86_400_000;

export class InvitationService {
  private readonly options: AccountOptions;

  constructor(options: AccountOptions) {
    this.options = options;
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

  /** Those that still work, newest first. */
  async list(organisation: string): Promise<OpenInvite[]> {
    const found = await this.options.pool.query<OpenInviteRow>(
      "select * from invite where organisation = $1 and used_at is null and expires_at > $2 order by id desc",
      [organisation, this.options.clock.now()],
    );
    return found.rows.map((row) => ({
      id: row.id,
      customerId: row.customer_id,
      role: row.role,
      createdAt: row.created_at,
      expiresAt: row.expires_at,
    }));
  }

  /** Its link works no more; one that is over already stays as it is. @throws MegalithError "request.not_found". */
  async withdraw(caller: Caller, id: string): Promise<void> {
    const { pool, newUuid, clock } = this.options;
    await inTransaction(pool, async (client) => {
      const now = clock.now();
      const found = await client.query<InviteRow & { isOpen: boolean }>(
        `select *, used_at is null and expires_at > $3 as "isOpen" from invite where organisation = $1 and id = $2 for update`,
        [caller.organisation, id, now],
      );
      const invite = found.rows[0];
      if (invite === undefined) throw new MegalithError("request.not_found");
      if (!invite.isOpen) return;
      // Not now: whoever accepts it at this moment, or by a clock that is behind, would still find it open.
      await client.query("update invite set expires_at = to_timestamp(0) where id = $1", [id]);
      await recordChange(client, caller, newUuid(), now, {
        action: "accounts.invite_withdrawn",
        subjectKind: "invite",
        subjectId: id,
        subjectName: invite.role,
      });
    });
  }

  /** @throws MegalithError "accounts.invite_invalid". */
  async read(token: string): Promise<Invite> {
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
  async accept(token: string, person: { readonly email: string; readonly name: string; readonly password: string }): Promise<Session> {
    await this.read(token);
    const passwordHash = await hashPassword(person.password, this.options.random);
    const email = plainEmail(person.email);
    try {
      return await inTransaction(this.options.pool, (client) => this.join(client, token, { email, name: person.name, passwordHash }));
    } catch (error) {
      if (isUniqueViolation(error, "member_email")) throw new MegalithError("accounts.email_taken", { values: { email }, cause: error });
      throw error;
    }
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
    await recordMember(client, caller, { newUuid, now }, "accounts.member_joined", { id, email: person.email }, { role: invite.role });
    return openSession(client, this.options, id);
  }
}

interface InviteRow {
  organisation: string;
  customer_id: string | null;
  role: Role;
  expires_at: Date;
}

interface OpenInviteRow extends InviteRow {
  id: string;
  created_at: Date;
}
