import { billingRoutes } from "@megalith/contract";
import type { BillingService } from "@megalith/platform/billing";
import { bindRoute } from "../route.ts";
import { oneCustomerOf } from "./usage-scope.ts";

export function previewInvoice(uses: { billing: BillingService }) {
  return bindRoute(billingRoutes.previewInvoice, async (call) => {
    const customerId = oneCustomerOf(call.principal, call.query.customer);
    return { items: await uses.billing.preview(call.principal.organisation, customerId, call.query.month) };
  });
}
