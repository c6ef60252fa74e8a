import { billingRoutes, MegalithError, uuidFromId } from "@megalith/contract";
import type { BillingService } from "@megalith/platform/billing";
import { bindRoute } from "../route.ts";
import { customerOf } from "./usage-scope.ts";

export function readInvoice(uses: { billing: BillingService }) {
  return bindRoute(billingRoutes.readInvoice, async (call) => {
    const id = uuidFromId("invoice", call.params.invoice);
    if (id === undefined) throw new MegalithError("request.not_found");
    return uses.billing.invoices.read(call.principal.organisation, id, customerOf(call.principal, undefined));
  });
}
