/** Routes of usage, limits and prepaid balances. */
import type { Clock } from "@megalith/platform/foundation";
import type { Ledger, MeterAccounts } from "@megalith/platform/metering";
import type { Pool } from "pg";
import type { CsvExports } from "../csv-reply.ts";
import type { BoundRoute } from "../route.ts";
import { creditCustomer } from "./credit-customer.ts";
import { exportUsage } from "./export-usage.ts";
import { listUsage } from "./list-usage.ts";
import { readMeterAccount } from "./read-meter-account.ts";
import { setCustomerLimits } from "./set-customer-limits.ts";
import type { RequireCustomer } from "./usage-scope.ts";
import { usageSummary } from "./usage-summary.ts";

export interface MeteringUses {
  readonly ledger: Ledger;
  readonly meterAccounts: MeterAccounts;
  readonly clock: Clock;
  readonly pool: Pool;
  readonly exports: CsvExports;
  readonly requireCustomer: RequireCustomer;
}

export function meteringRoutesOf(uses: MeteringUses): BoundRoute[] {
  return [listUsage(uses), exportUsage(uses), usageSummary(uses), readMeterAccount(uses), setCustomerLimits(uses), creditCustomer(uses)];
}
