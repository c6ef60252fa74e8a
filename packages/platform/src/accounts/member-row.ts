/** A member as the database has it, and what its changes leave in the trail. */
import type { Role } from "@megalith/contract";
import type { PoolClient } from "pg";
import { type Caller, type NewUuid, recordChange } from "../foundation/index.ts";
import type { Member } from "./account.ts";

export interface MemberRow {
  id: string;
  customer_id: string | null;
  email: string;
  name: string;
  password_hash: string;
  role: Role;
  created_at: Date;
}

export function toMember(row: MemberRow): Member {
  return { id: row.id, customerId: row.customer_id, email: row.email, name: row.name, role: row.role, createdAt: row.created_at };
}

/** An address as it is compared. */
export function plainEmail(email: string): string {
  return email.normalize("NFC").trim().toLowerCase();
}

export function recordMember(
  client: PoolClient,
  caller: Caller,
  { newUuid, now }: { readonly newUuid: NewUuid; readonly now: Date },
  action: string,
  member: { readonly id: string; readonly email: string },
  detail: Record<string, unknown>,
): Promise<void> {
  const change = { action, subjectKind: "member", subjectId: member.id, subjectName: member.email, detail };
  return recordChange(client, caller, newUuid(), now, change);
}
