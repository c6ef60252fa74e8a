import { billingRoutes } from "@megalith/contract";
import type { BillingService } from "@megalith/platform/billing";
import { bindRoute } from "../route.ts";
import { oneCustomerOf } from "./usage-scope.ts";

export function finaliseInvoice(uses: { billing: BillingService }) {
  return bindRoute(billingRoutes.finaliseInvoice, async (call) => {
    const customerId = oneCustomerOf(call.principal, call.body.customer);
    return { items: await uses.billing.finalise(call.principal, customerId, call.body.month) };
  });
}
