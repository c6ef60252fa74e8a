import { accountsRoutes } from "@megalith/contract";
import type { CustomerService, KeyService } from "@megalith/platform/accounts";
import { bindRoute } from "../route.ts";
import { ownCustomerId, showKey } from "./show-account.ts";

export function listKeys(uses: { customers: CustomerService; keys: KeyService }) {
  return bindRoute(accountsRoutes.listKeys, async (call) => {
    const customer = await uses.customers.find(call.principal.organisation, { id: ownCustomerId(call.principal, call.params.customer) });
    return { items: (await uses.keys.list(call.principal.organisation, customer.id)).map(showKey), next: null };
  });
}
