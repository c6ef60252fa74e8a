/**
 * What the limits of a customer have seen: its row of `meter_account` with its counters, as one version of it.
 *
 * A meter remembers the states that it wrote last. The statement that writes refuses a state that is not the newest, so
 * remembering is only speed: what another process changed meanwhile is read again, never overwritten.
 */
import type { ClientBase } from "pg";
import { dayNumber } from "./calendar.ts";
import type { Price } from "./price.ts";

export interface Counter {
  readonly day: number;
  readonly dayCount: number;
  readonly month: number;
  readonly monthCount: number;
}

/** Days are counted from 1970. */
export interface MeterState {
  readonly organisation: string;
  readonly version: number;
  readonly monthlyQuota: number | null;
  readonly callsPerSecond: number | null;
  readonly balanceCurrency: string | null;
  readonly closedUntil: number;
  readonly balanceNanos: bigint | null;
  readonly quotaMonth: number;
  readonly quotaCount: number;
  /** Microseconds since 1970 at which the next call is due by the rate. */
  readonly rateFreeAt: number;
  /** By plan; what costs nothing is counted under `freePlan`. */
  readonly counters: ReadonlyMap<string, Counter>;
}

export const freePlan = "00000000-0000-0000-0000-000000000000";
export const unusedCounter: Counter = { day: 0, dayCount: 0, month: 0, monthCount: 0 };

/** Billing day, units of that day, first of the billing month, units of that month; days since 1970. */
type StoredCounter = readonly [number, number, number, number];

interface StateRow {
  customer_id: string;
  organisation: string;
  version: bigint;
  monthly_quota: bigint | null;
  calls_per_second: number | null;
  balance_nanos: string | null;
  balance_currency: string | null;
  quota_month: string;
  quota_count: bigint;
  rate_free_at: bigint;
  closed_until: string;
  counters: Readonly<Record<string, StoredCounter>>;
}

/**
 * Reads the newest state of customers, making the row of one that was never metered.
 * @param lock holds the rows until the transaction ends.
 */
export async function loadStates(
  client: ClientBase,
  customers: ReadonlyMap<string, string>,
  lock: boolean,
): Promise<Map<string, MeterState>> {
  const ids = [...customers.keys()];
  await client.query(
    `insert into meter_account (customer_id, organisation)
     select c.customer, c.organisation from unnest($1::uuid[], $2::uuid[]) c (customer, organisation)
     where not exists (select from meter_account a where a.customer_id = c.customer) order by c.customer on conflict (customer_id) do nothing`,
    [ids, [...customers.values()]],
  );
  if (lock) await client.query("select from meter_account where customer_id = any ($1::uuid[]) order by customer_id for update", [ids]);
  const found = await client.query<StateRow>("select * from meter_account where customer_id = any ($1::uuid[])", [ids]);
  return new Map(found.rows.map((row) => [row.customer_id, toState(row)]));
}

function toState(row: StateRow): MeterState {
  return {
    organisation: row.organisation,
    version: Number(row.version),
    monthlyQuota: row.monthly_quota === null ? null : Number(row.monthly_quota),
    callsPerSecond: row.calls_per_second,
    balanceCurrency: row.balance_currency,
    closedUntil: dayNumber(row.closed_until),
    balanceNanos: row.balance_nanos === null ? null : BigInt(row.balance_nanos),
    quotaMonth: dayNumber(row.quota_month),
    quotaCount: Number(row.quota_count),
    rateFreeAt: Number(row.rate_free_at),
    counters: readCounters(row.counters),
  };
}

function readCounters(counters: StateRow["counters"]): Map<string, Counter> {
  return new Map(
    Object.entries(counters).map(([plan, [day, dayCount, month, monthCount]]) => [plan, { day, dayCount, month, monthCount }]),
  );
}

/** As JSON text, by plan. */
export function writeCounters(counters: ReadonlyMap<string, Counter>): string {
  let text = "";
  for (const [plan, { day, dayCount, month, monthCount }] of counters)
    text += `${text === "" ? "" : ","}"${plan}":[${day},${dayCount},${month},${monthCount}]`;
  return `{${text}}`;
}

interface PriceRow {
  id: string;
  organisation: string;
  plan_id: string;
  currency: string;
  time_zone: string;
  included_units: bigint;
  tier_starts: (bigint | string)[];
  tier_prices: (bigint | string | number)[];
  share_hundredths: bigint | null;
  share_floor_nanos: string;
  share_cap_nanos: string | null;
  reasons_surcharge_nanos: string;
}

/** Prices never change: what was read once holds. One that is not there is missing from the answer. */
export async function loadPrices(client: ClientBase, ids: readonly string[]): Promise<Price[]> {
  const found = await client.query<PriceRow>(
    `select id, organisation, plan_id, currency, time_zone, included_units, tier_starts::text[] as tier_starts, tier_prices::text[] as tier_prices,
       share_hundredths, share_floor_nanos, share_cap_nanos, reasons_surcharge_nanos from price where id = any ($1::uuid[])`,
    [ids],
  );
  return found.rows.map((row) => ({
    id: row.id,
    organisation: row.organisation,
    planId: row.plan_id,
    currency: row.currency,
    timeZone: row.time_zone,
    includedUnits: Number(row.included_units),
    tiers: row.tier_starts.map((from, index) => ({ from: Number(from), priceNanos: BigInt(row.tier_prices[index] as string) })),
    share:
      row.share_hundredths === null
        ? null
        : {
            hundredthsOfBasisPoint: Number(row.share_hundredths),
            floorNanos: BigInt(row.share_floor_nanos),
            capNanos: row.share_cap_nanos === null ? null : BigInt(row.share_cap_nanos),
          },
    reasonsSurchargeNanos: BigInt(row.reasons_surcharge_nanos),
  }));
}
