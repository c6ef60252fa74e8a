import { idFromUuid, MegalithError, meteringRoutes, problem, uuidFromId } from "@megalith/contract";
import type { Clock } from "@megalith/platform/foundation";
import type { Ledger, UsagePlace } from "@megalith/platform/metering";
import { bindRoute } from "../route.ts";
import { usageFilter } from "./usage-scope.ts";

export function listUsage(uses: { ledger: Ledger; clock: Clock }) {
  return bindRoute(meteringRoutes.listUsage, async (call) => {
    const limit = call.query.limit ?? 100;
    const after = call.query.after === undefined ? null : readPlace(call.query.after);
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
    const last = items.at(-1);
    return { items, next: last === undefined || items.length < limit ? null : `${last.recordedAt}_${last.id}` };
  });
}

/** @throws MegalithError "request.invalid" for what no page before said. */
function readPlace(text: string): UsagePlace {
  const [, time = "", id = ""] = /^([\d:.TZ-]+)_(use_\w+)$/.exec(text) ?? [];
  const recordedAt = new Date(time);
  const uuid = uuidFromId("usage", id);
  if (uuid !== undefined && !Number.isNaN(recordedAt.getTime())) return { recordedAt, id: uuid };
  throw new MegalithError("request.invalid", { values: { count: 1 }, problems: [problem("/query/after", "place", "placeUnknown")] });
}
