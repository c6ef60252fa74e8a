import { meteringRoutes } from "@megalith/contract";
import type { MeterAccounts } from "@megalith/platform/metering";
import { bindRoute } from "../route.ts";
import { showMeterAccount } from "./show-meter-account.ts";
import { oneCustomerOf, type RequireCustomer } from "./usage-scope.ts";

export function readMeterAccount(uses: { meterAccounts: MeterAccounts; requireCustomer: RequireCustomer }) {
  return bindRoute(meteringRoutes.readMeterAccount, async (call) => {
    const { organisation } = call.principal;
    const customerId = oneCustomerOf(call.principal, call.params.customer);
    await uses.requireCustomer(organisation, customerId);
    return showMeterAccount(await uses.meterAccounts.read(organisation, customerId));
  });
}
