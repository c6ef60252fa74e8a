/** Who acts, for whom, and the audit row that each change leaves in the same transaction as the change. */
import type { Actor } from "@megalith/contract";
import { uuidFromId } from "@megalith/contract";

/** What a domain's call needs to know of its caller. `organisation` is a bare uuid. */
export interface Caller {
  readonly organisation: string;
  readonly actor: Actor;
}

export interface Change {
  readonly action: string;
  readonly subjectKind: string;
  /** Bare uuid. */
  readonly subjectId: string | null;
  readonly subjectName: string;
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** What can run a statement within the change's transaction. */
export interface Recorder {
  query(text: string, values: unknown[]): Promise<unknown>;
}

/** Writes one audit row with the client of the change's own transaction. */
export async function recordChange(client: Recorder, caller: Caller, id: string, recordedAt: Date, change: Change): Promise<void> {
  await client.query(
    `insert into audit (id, organisation, actor_kind, actor_id, actor_name, action, subject_kind, subject_id, subject_name, detail, recorded_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      id,
      caller.organisation,
      caller.actor.kind,
      actorUuid(caller.actor),
      caller.actor.name,
      change.action,
      change.subjectKind,
      change.subjectId,
      change.subjectName,
      JSON.stringify(change.detail ?? {}),
      recordedAt,
    ],
  );
}

function actorUuid(actor: Actor): string | null {
  if (actor.id === null) return null;
  const kinds = ["member", "key", "job"] as const;
  for (const kind of kinds) {
    const uuid = uuidFromId(kind, actor.id);
    if (uuid !== undefined) return uuid;
  }
  return null;
}
