import { meteringRoutes } from "@megalith/contract";
import type { MeterAccounts } from "@megalith/platform/metering";
import { bindRoute } from "../route.ts";
import { showMeterAccount } from "./show-meter-account.ts";
import { oneCustomerOf, type RequireCustomer } from "./usage-scope.ts";

export function setCustomerLimits(uses: { meterAccounts: MeterAccounts; requireCustomer: RequireCustomer }) {
  return bindRoute(meteringRoutes.setCustomerLimits, async (call) => {
    const customerId = oneCustomerOf(call.principal, call.params.customer);
    await uses.requireCustomer(call.principal.organisation, customerId);
    return showMeterAccount(await uses.meterAccounts.setLimits(call.principal, customerId, call.body));
  });
}
