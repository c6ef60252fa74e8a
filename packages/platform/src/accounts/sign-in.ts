/** Signing in and out, by the admin key or by e-mail and password. */
import { idFromUuid, MegalithError } from "@megalith/contract";
import { inTransaction, type Principal, recordChange } from "../foundation/index.ts";
import { type MemberRow, plainEmail } from "./member-row.ts";
import { hashSecret, verifyPassword } from "./secret.ts";
import { type AccountOptions, adminOf, holderOf, openSession, type Session } from "./sessions.ts";
import { SignInLimit } from "./sign-in-limit.ts";

export interface SignInOptions extends AccountOptions {
  readonly isAdminKey: (text: string) => boolean;
}

export class SignInService {
  private readonly options: SignInOptions;
  private readonly limit: SignInLimit;

  constructor(options: SignInOptions) {
    this.options = options;
    this.limit = new SignInLimit(options.pool, options.clock);
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
