import { accountsRoutes } from "@megalith/contract";
import type { CustomerService } from "@megalith/platform/accounts";
import { bindRoute } from "../route.ts";
import { ownCustomerId, showCustomer } from "./show-account.ts";

export function readCustomer(uses: { customers: CustomerService }) {
  return bindRoute(accountsRoutes.readCustomer, async (call) => {
    return showCustomer(
      await uses.customers.find(call.principal.organisation, { id: ownCustomerId(call.principal, call.params.customer) }),
    );
  });
}
