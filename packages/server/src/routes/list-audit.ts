import { accountsRoutes, type IdKind, idFromUuid, idPrefixes, uuidFromId } from "@megalith/contract";
import { type AuditEntry, listAudit as readAudit } from "@megalith/platform/accounts";
import type { Pool } from "pg";
import { bindRoute } from "../route.ts";

const nowhere = "00000000-0000-0000-0000-000000000000";

export function listAudit(uses: { pool: Pool }) {
  return bindRoute(accountsRoutes.listAudit, async (call) => {
    const { after, limit = 100, subject, subjectName = null } = call.query;
    const found = await readAudit(uses.pool, call.principal.organisation, {
      after: after === undefined ? null : (uuidFromId("audit", after) ?? null),
      limit,
      // An id of no known form names nothing that was ever changed.
      subjectId: subject === undefined ? null : (uuidOfAnyKind(subject) ?? nowhere),
      subjectName,
    });
    const items = found.map(showEntry);
    return { items, next: items.length < limit ? null : (items.at(-1)?.id ?? null) };
  });
}

function showEntry({ id, actor, action, subjectKind, subjectId, subjectName, detail, recordedAt }: AuditEntry) {
  const actorId = actor.id === null || !isKind(actor.kind) ? null : idFromUuid(actor.kind, actor.id);
  return {
    id: idFromUuid("audit", id),
    actor: { kind: actor.kind, id: actorId, name: actor.name },
    action,
    subjectKind,
    subject: subjectId === null || !isKind(subjectKind) ? null : idFromUuid(subjectKind, subjectId),
    subjectName,
    detail: { ...detail },
    recordedAt: recordedAt.toISOString(),
  };
}

function isKind(text: string): text is IdKind {
  return Object.hasOwn(idPrefixes, text);
}

function uuidOfAnyKind(id: string): string | undefined {
  for (const kind of Object.keys(idPrefixes)) {
    const uuid = isKind(kind) ? uuidFromId(kind, id) : undefined;
    if (uuid !== undefined) return uuid;
  }
  return undefined;
}
