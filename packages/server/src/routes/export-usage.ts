import { idFromUuid, meteringRoutes } from "@megalith/contract";
import type { Clock } from "@megalith/platform/foundation";
import { streamUsage, type Usage, type UsageFilter } from "@megalith/platform/metering";
import type { Pool } from "pg";
import type { CsvCell, CsvExports } from "../csv-reply.ts";
import { bindRoute } from "../route.ts";
import { usageFilter } from "./usage-scope.ts";

const columns: Readonly<Record<string, (row: Usage) => CsvCell>> = {
  id: (row) => idFromUuid("usage", row.id),
  customer: (row) => idFromUuid("customer", row.customerId),
  service: (row) => idFromUuid("service", row.serviceId),
  key: (row) => (row.keyId === null ? null : idFromUuid("key", row.keyId)),
  plan_version: (row) => (row.planVersionId === null ? null : idFromUuid("planVersion", row.planVersionId)),
  decision: (row) => idFromUuid("decision", row.decisionId),
  fact_key: (row) => row.factKey,
  fact_index: (row) => row.factIndex,
  event_time: (row) => row.eventTime.toISOString(),
  recorded_at: (row) => row.recordedAt.toISOString(),
  day: (row) => row.day,
  day_ordinal: (row) => row.dayOrdinal,
  month_ordinal: (row) => row.monthOrdinal,
  value_nanos: (row) => row.valueNanos,
  with_reasons: (row) => row.withReasons,
  amount_nanos: (row) => (row.currency === null ? null : row.amountNanos),
  currency: (row) => row.currency,
  prepaid: (row) => row.prepaid,
};
const cellsOf = Object.values(columns);

export function exportUsage(uses: { pool: Pool; clock: Clock; exports: CsvExports }) {
  return bindRoute(meteringRoutes.exportUsage, async (call) => {
    const filter = usageFilter(call.principal, call.query, uses.clock);
    call.setHeader("content-disposition", `attachment; filename="usage-${filter.from}-${filter.to}.csv"`);
    return uses.exports.reply(call.principal, Object.keys(columns), rowsOf(uses.pool, filter), call.signal);
  });
}

async function* rowsOf(pool: Pool, filter: UsageFilter): AsyncGenerator<CsvCell[][]> {
  for await (const page of streamUsage(pool, filter)) yield page.map((row) => cellsOf.map((cell) => cell(row)));
}
