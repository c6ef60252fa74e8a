import { accountsRoutes } from "@megalith/contract";
import type { CustomerService } from "@megalith/platform/accounts";
import { bindRoute } from "../route.ts";
import { bareServiceIds, ownCustomerId, showCustomer } from "./show-account.ts";

export function changeCustomer(uses: { customers: CustomerService }) {
  return bindRoute(accountsRoutes.changeCustomer, async (call) => {
    const { services, ...change } = call.body;
    const id = ownCustomerId(call.principal, call.params.customer);
    return showCustomer(await uses.customers.change(call.principal, id, { ...change, serviceIds: bareServiceIds(services) }));
  });
}
