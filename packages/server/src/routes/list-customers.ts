import { accountsRoutes, uuidFromId } from "@megalith/contract";
import type { CustomerService } from "@megalith/platform/accounts";
import { bindRoute } from "../route.ts";
import { showCustomer } from "./show-account.ts";

export function listCustomers(uses: { customers: CustomerService }) {
  return bindRoute(accountsRoutes.listCustomers, async (call) => {
    const { after, limit = 100, name } = call.query;
    const page = { after: after === undefined ? null : (uuidFromId("customer", after) ?? null), limit, name };
    const items = (await uses.customers.list(call.principal.organisation, page)).map(showCustomer);
    return { items, next: items.length < limit ? null : (items.at(-1)?.id ?? null) };
  });
}
