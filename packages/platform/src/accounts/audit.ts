/** Reads the trail of changes, newest first. */
import type { Actor } from "@megalith/contract";
import type { Pool } from "pg";

export interface AuditEntry {
  readonly id: string;
  /** With a bare uuid. */
  readonly actor: Actor;
  readonly action: string;
  readonly subjectKind: string;
  readonly subjectId: string | null;
  readonly subjectName: string;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly recordedAt: Date;
}

export interface AuditPage {
  /** Bare uuid of the last entry seen, or null. */
  readonly after: string | null;
  readonly limit: number;
  readonly subjectId: string | null;
  readonly subjectName: string | null;
}

interface AuditRow {
  id: string;
  actor_kind: Actor["kind"];
  actor_id: string | null;
  actor_name: string;
  action: string;
  subject_kind: string;
  subject_id: string | null;
  subject_name: string;
  detail: Record<string, unknown>;
  recorded_at: Date;
}

export async function listAudit(pool: Pool, organisation: string, page: AuditPage): Promise<AuditEntry[]> {
  const found = await pool.query<AuditRow>(
    `select * from audit where organisation = $1 and ($2::uuid is null or id < $2) and ($3::uuid is null or subject_id = $3)
       and ($4::text is null or subject_name = $4) order by id desc limit $5`,
    [organisation, page.after, page.subjectId, page.subjectName, page.limit],
  );
  return found.rows.map((row) => ({
    id: row.id,
    actor: { kind: row.actor_kind, id: row.actor_id, name: row.actor_name },
    action: row.action,
    subjectKind: row.subject_kind,
    subjectId: row.subject_id,
    subjectName: row.subject_name,
    detail: row.detail,
    recordedAt: row.recorded_at,
  }));
}
