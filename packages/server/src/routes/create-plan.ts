import { billingRoutes } from "@megalith/contract";
import { type BillingService, readPrices } from "@megalith/platform/billing";
import { bindRoute } from "../route.ts";
import { showPlan } from "./show-plan.ts";

export function createPlan(uses: { billing: BillingService }) {
  return bindRoute(billingRoutes.createPlan, async (call) => {
    const { prices, ...plan } = call.body;
    return showPlan(await uses.billing.plans.create(call.principal, { ...plan, prices: readPrices(prices) }));
  });
}
