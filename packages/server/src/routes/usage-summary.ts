import { idFromUuid, meteringRoutes } from "@megalith/contract";
import type { Clock } from "@megalith/platform/foundation";
import type { Ledger } from "@megalith/platform/metering";
import { bindRoute } from "../route.ts";
import { usageFilter } from "./usage-scope.ts";

export function usageSummary(uses: { ledger: Ledger; clock: Clock }) {
  return bindRoute(meteringRoutes.usageSummary, async (call) => {
    const sums = await uses.ledger.sums(usageFilter(call.principal, call.query, uses.clock));
    const items = sums.map(({ customerId, serviceId, amountNanos, ...sum }) => ({
      customer: idFromUuid("customer", customerId),
      service: idFromUuid("service", serviceId),
      ...sum,
      amountNanos: amountNanos.toString(),
    }));
    return { items };
  });
}
