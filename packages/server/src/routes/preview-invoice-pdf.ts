import { billingRoutes } from "@megalith/contract";
import type { BillingService } from "@megalith/platform/billing";
import { bindRoute } from "../route.ts";
import { oneCustomerOf } from "./usage-scope.ts";

export function previewInvoicePdf(uses: { billing: BillingService }) {
  return bindRoute(billingRoutes.previewInvoicePdf, async (call) => {
    const { customer, month, currency, language } = call.query;
    const of = { customerId: oneCustomerOf(call.principal, customer), month, currency };
    call.setHeader("content-disposition", `inline; filename="preview-${month}.pdf"`);
    return uses.billing.previewPdf(call.principal.organisation, of, language ?? call.language);
  });
}
