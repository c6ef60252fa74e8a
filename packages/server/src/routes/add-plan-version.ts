import { billingRoutes } from "@megalith/contract";
import { type BillingService, readPrices } from "@megalith/platform/billing";
import { bindRoute } from "../route.ts";
import { showPlan } from "./show-plan.ts";

export function addPlanVersion(uses: { billing: BillingService }) {
  return bindRoute(billingRoutes.addPlanVersion, async (call) => {
    const { prices, validFrom } = call.body;
    const from = validFrom === undefined ? undefined : new Date(validFrom);
    return showPlan(await uses.billing.plans.addVersion(call.principal, call.params.plan, readPrices(prices), from));
  });
}
