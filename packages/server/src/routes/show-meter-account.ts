import { idFromUuid, type MeterAccountShape } from "@megalith/contract";
import type { MeterAccount } from "@megalith/platform/metering";

/** The wire form of a customer's limits and balance. */
export function showMeterAccount({ customerId, balance, ...account }: MeterAccount): MeterAccountShape {
  return {
    customer: idFromUuid("customer", customerId),
    ...account,
    balance: balance === null ? null : { nanos: balance.nanos.toString(), currency: balance.currency },
  };
}
