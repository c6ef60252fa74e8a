/** Reads the trail of changes, newest first. */
import type { Actor } from "@megalith/contract";
import type { Pool } from "pg";

export interface AuditEntry {
  readonly id: string;
  readonly actor: Pick<Actor, "kind" | "name">;
  readonly action: string;
  readonly subjectKind: string;
  readonly subjectName: string;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly recordedAt: Date;
}

/** @param after bare uuid of the last entry seen, or null. */
export async function listAudit(pool: Pool, organisation: string, page: { after: string | null; limit: number; subjectName: string | null }): Promise<AuditEntry[]> {
  const found = await pool.query<{ id: string; actor_kind: Actor["kind"]; actor_name: string; action: string; subject_kind: string; subject_name: string; detail: Record<string, unknown>; recorded_at: Date }>(
    `select * from audit where organisation = $1 and ($2::uuid is null or id < $2) and ($3::text is null or subject_name = $3) order by id desc limit $4`,
    [organisation, page.after, page.subjectName, page.limit],
  );
  return found.rows.map((row) => ({
    id: row.id,
    actor: { kind: row.actor_kind, name: row.actor_name },
    action: row.action,
    subjectKind: row.subject_kind,
    subjectName: row.subject_name,
    detail: row.detail,
    recordedAt: row.recorded_at,
  }));
}
