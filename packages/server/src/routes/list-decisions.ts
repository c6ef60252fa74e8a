import { idFromUuid, servingRoutes, uuidFromId } from "@megalith/contract";
import type { DecisionLog, ServiceCatalogue } from "@megalith/platform/serving";
import { bindRoute } from "../route.ts";

export function listDecisions(uses: { catalogue: ServiceCatalogue; log: DecisionLog }) {
  return bindRoute(servingRoutes.listDecisions, async (call) => {
    const { service } = await uses.catalogue.visible(call.principal, call.params.service);
    const customerId = call.principal.kind === "customer" ? call.principal.customerId : null;
    const limit = call.query.limit ?? 100;
    const after = call.query.after === undefined ? null : (uuidFromId("decision", call.query.after) ?? null);
    const found = await uses.log.list(service.id, customerId, { after, limit });
    const items = found.map((decision) => ({
      id: idFromUuid("decision", decision.id),
      prediction: decision.answer.prediction,
      reference: decision.reference,
      customer: decision.customerId === null ? null : idFromUuid("customer", decision.customerId),
      version: decision.number,
      recordedAt: decision.recordedAt.toISOString(),
    }));
    return { items, next: items.length < limit ? null : (items.at(-1)?.id ?? null) };
  });
}
