import { servingRoutes } from "@megalith/contract";
import type { Decider } from "@megalith/platform/serving";
import { bindRoute } from "../route.ts";

export function decide(uses: { decider: Decider }) {
  return bindRoute(servingRoutes.decide, async (call) => {
    return uses.decider.decide({
      principal: call.principal,
      service: call.params.service,
      body: call.body,
      idempotencyKey: call.header("idempotency-key"),
      language: call.language,
      onRepeated: (count) => call.setHeader("megalith-repeated", String(count)),
    }) as Promise<never>;
  });
}
