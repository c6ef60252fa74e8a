import { billingRoutes } from "@megalith/contract";
import type { BillingService } from "@megalith/platform/billing";
import { bindRoute } from "../route.ts";
import { showPlan } from "./show-plan.ts";

export function listPlans(uses: { billing: BillingService }) {
  return bindRoute(billingRoutes.listPlans, async (call) => {
    const plans = await uses.billing.plans.list(call.principal.organisation);
    return { items: plans.map(showPlan) };
  });
}
