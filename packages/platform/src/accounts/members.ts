/** The people: members with roles, and a customer's own logins. The last owner can be neither removed nor demoted. */
import { MegalithError, type Role } from "@megalith/contract";
import type { Pool, PoolClient } from "pg";
import { type Caller, inTransaction } from "../foundation/index.ts";
import type { Member } from "./account.ts";
import { type MemberRow, recordMember, toMember } from "./member-row.ts";
import type { AccountOptions } from "./sessions.ts";

export class MemberService {
  private readonly options: AccountOptions;

  constructor(options: AccountOptions) {
    this.options = options;
  }

  /** Oldest first. */
  async list(organisation: string): Promise<Member[]> {
    const found = await this.options.pool.query<MemberRow>(
      "select * from member where organisation = $1 and removed_at is null order by id",
      [organisation],
    );
    return found.rows.map(toMember);
  }

  /** In force with the next call. @throws MegalithError "request.not_found", "accounts.last_owner", "accounts.login_without_role" for a customer's login. */
  async change(caller: Caller, memberId: string, role: Role): Promise<Member> {
    return this.alter(caller, memberId, async (client, member, now) => {
      if (member.customer_id !== null) throw new MegalithError("accounts.login_without_role");
      await client.query("update member set role = $2 where id = $1", [memberId, role]);
      await recordMember(client, caller, { newUuid: this.options.newUuid, now }, "accounts.member_changed", member, {
        from: member.role,
        to: role,
      });
      return toMember({ ...member, role });
    });
  }

  /** Also ends the member's sessions. @throws MegalithError "request.not_found", "accounts.last_owner". */
  async remove(caller: Caller, memberId: string): Promise<void> {
    await this.alter(caller, memberId, async (client, member, now) => {
      await client.query("update member set removed_at = $2 where id = $1", [memberId, now]);
      await client.query("delete from session where member_id = $1", [memberId]);
      await recordMember(client, caller, { newUuid: this.options.newUuid, now }, "accounts.member_removed", member, { role: member.role });
    });
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
