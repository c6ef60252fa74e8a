import { servingRoutes } from "@megalith/contract";
import type { DecisionLog } from "@megalith/platform/serving";
import { bindRoute } from "../route.ts";

export function eraseSubject(uses: { log: DecisionLog }) {
  return bindRoute(servingRoutes.eraseSubject, async (call) => {
    const customerId = call.principal.kind === "customer" ? call.principal.customerId : null;
    return { erased: await uses.log.erase(call.principal, call.params.subject, customerId) };
  });
}
