import { accountsRoutes } from "@megalith/contract";
import type { CustomerService } from "@megalith/platform/accounts";
import { bindRoute } from "../route.ts";
import { bareServiceIds, showCustomer } from "./show-account.ts";

export function createCustomer(uses: { customers: CustomerService }) {
  return bindRoute(accountsRoutes.createCustomer, async (call) => {
    const { name, title, services, billing } = call.body;
    return showCustomer(await uses.customers.create(call.principal, name, { title, serviceIds: bareServiceIds(services), billing }));
  });
}
