import { idFromUuid, meteringRoutes, uuidFromId } from "@megalith/contract";
import type { Clock } from "@megalith/platform/foundation";
import type { Ledger } from "@megalith/platform/metering";
import { bindRoute } from "../route.ts";
import { usageFilter } from "./usage-scope.ts";

export function listUsage(uses: { ledger: Ledger; clock: Clock }) {
  return bindRoute(meteringRoutes.listUsage, async (call) => {
    const limit = call.query.limit ?? 100;
    const after = call.query.after === undefined ? null : (uuidFromId("usage", call.query.after) ?? null);
    const found = await uses.ledger.list(usageFilter(call.principal, call.query, uses.clock), { after, limit });
    const items = found.map((row) => ({
      id: idFromUuid("usage", row.id),
      customer: idFromUuid("customer", row.customerId),
      service: idFromUuid("service", row.serviceId),
      key: row.keyId === null ? null : idFromUuid("key", row.keyId),
      planVersion: row.planVersionId === null ? null : idFromUuid("planVersion", row.planVersionId),
      decision: idFromUuid("decision", row.decisionId),
      factKey: row.factKey,
      factIndex: row.factIndex,
      eventTime: row.eventTime.toISOString(),
      recordedAt: row.recordedAt.toISOString(),
      day: row.day,
      dayOrdinal: row.dayOrdinal,
      monthOrdinal: row.monthOrdinal,
      valueNanos: row.valueNanos?.toString() ?? null,
      withReasons: row.withReasons,
      price: row.currency === null ? null : { nanos: row.amountNanos.toString(), currency: row.currency },
      prepaid: row.prepaid,
    }));
    return { items, next: items.length < limit ? null : (items.at(-1)?.id ?? null) };
  });
}
