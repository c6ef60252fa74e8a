import { idFromUuid, servingRoutes } from "@megalith/contract";
import type { DecisionLog, ServiceCatalogue } from "@megalith/platform/serving";
import type { CsvCell, CsvExports } from "../csv-reply.ts";
import { bindRoute } from "../route.ts";

const header = [
  "id",
  "recorded_at",
  "event_time",
  "customer",
  "reference",
  "version",
  "prediction",
  "probability",
  "score",
  "record",
  "unseen",
];
const pageRows = 1000;

export function exportDecisions(uses: { catalogue: ServiceCatalogue; log: DecisionLog; exports: CsvExports }) {
  return bindRoute(servingRoutes.exportDecisions, async (call) => {
    const { service } = await uses.catalogue.visible(call.principal, call.params.service);
    const customerId = call.principal.kind === "customer" ? call.principal.customerId : null;
    call.setHeader("content-disposition", `attachment; filename="${service.name}-decisions.csv"`);
    return uses.exports.reply(call.principal, header, rowsOf(uses.log, service.id, customerId), call.signal);
  });
}

/** Page by page from an index: no connection is held while the caller is slow. */
async function* rowsOf(log: DecisionLog, serviceId: string, customerId: string | null): AsyncGenerator<CsvCell[][]> {
  for (let after: string | null = null; ; ) {
    const page: Awaited<ReturnType<DecisionLog["list"]>> = await log.list(serviceId, customerId, { after, limit: pageRows });
    yield page.map((decision) => [
      idFromUuid("decision", decision.id),
      decision.recordedAt.toISOString(),
      decision.eventTime.toISOString(),
      decision.customerId === null ? null : idFromUuid("customer", decision.customerId),
      decision.reference,
      decision.number,
      decision.answer.prediction,
      decision.answer.probability,
      decision.answer.score,
      JSON.stringify(decision.input),
      decision.answer.unseen?.join("; ") ?? null,
    ]);
    const last = page.at(-1);
    if (last === undefined || page.length < pageRows) return;
    after = last.id;
  }
}
