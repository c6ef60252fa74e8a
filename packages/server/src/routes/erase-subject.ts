import { servingRoutes } from "@megalith/contract";
import type { DecisionLog } from "@megalith/platform/serving";
import { bindRoute } from "../route.ts";
import { customerOf } from "./usage-scope.ts";

export function eraseSubject(uses: { log: DecisionLog }) {
  return bindRoute(servingRoutes.eraseSubject, async (call) => {
    const customerId = customerOf(call.principal, call.query.customer);
    return { erased: await uses.log.erase(call.principal, call.params.subject, customerId) };
  });
}
