import { billingRoutes, MegalithError, uuidFromId } from "@megalith/contract";
import type { BillingService } from "@megalith/platform/billing";
import { bindRoute } from "../route.ts";
import { customerOf } from "./usage-scope.ts";

export function readInvoicePdf(uses: { billing: BillingService }) {
  return bindRoute(billingRoutes.readInvoicePdf, async (call) => {
    const id = uuidFromId("invoice", call.params.invoice);
    if (id === undefined) throw new MegalithError("request.not_found");
    call.setHeader("content-disposition", `inline; filename="${call.params.invoice}.pdf"`);
    return uses.billing.pdf(call.principal.organisation, id, customerOf(call.principal, undefined), call.query.language ?? call.language);
  });
}
