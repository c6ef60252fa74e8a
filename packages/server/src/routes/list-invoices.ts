import { billingRoutes, uuidFromId } from "@megalith/contract";
import type { BillingService } from "@megalith/platform/billing";
import { bindRoute } from "../route.ts";
import { customerOf } from "./usage-scope.ts";

export function listInvoices(uses: { billing: BillingService }) {
  return bindRoute(billingRoutes.listInvoices, async (call) => {
    const limit = call.query.limit ?? 100;
    const after = call.query.after === undefined ? null : (uuidFromId("invoice", call.query.after) ?? null);
    const customerId = customerOf(call.principal, call.query.customer);
    const items = await uses.billing.invoices.list(call.principal.organisation, customerId, { after, limit });
    return { items, next: items.length < limit ? null : (items.at(-1)?.id ?? null) };
  });
}
