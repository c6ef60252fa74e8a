import { billingRoutes } from "@megalith/contract";
import type { BillingService } from "@megalith/platform/billing";
import { bindRoute } from "../route.ts";
import { showPlan } from "./show-plan.ts";

export function readPlan(uses: { billing: BillingService }) {
  return bindRoute(billingRoutes.readPlan, async (call) =>
    showPlan(await uses.billing.plans.read(call.principal.organisation, call.params.plan)),
  );
}
