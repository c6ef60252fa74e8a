/** The ledger read back: rows, sums by day, and a month's sums by price for the invoice. Money is bigint nanos, days are YYYY-MM-DD. */
import type { Pool, PoolClient } from "pg";

export interface Usage {
  readonly id: string;
  readonly customerId: string;
  readonly serviceId: string;
  readonly keyId: string | null;
  readonly planVersionId: string | null;
  readonly factKey: string;
  readonly factIndex: number;
  readonly decisionId: string;
  readonly eventTime: Date;
  readonly recordedAt: Date;
  readonly day: string;
  readonly dayOrdinal: number;
  readonly monthOrdinal: number;
  readonly valueNanos: bigint | null;
  readonly withReasons: boolean;
  readonly amountNanos: bigint;
  readonly currency: string | null;
  readonly prepaid: boolean;
}

/** Whose usage, of which days (both included). */
export interface UsageFilter {
  readonly organisation: string;
  readonly customerId: string | null;
  readonly serviceId: string | null;
  /** Services a caller may see; null is all. */
  readonly serviceIds: readonly string[] | null;
  readonly from: string;
  readonly to: string;
}

/** Where a row stands among all. */
export type UsagePlace = Pick<Usage, "recordedAt" | "id">;

export interface UsageSum {
  readonly customerId: string;
  readonly serviceId: string;
  readonly day: string;
  readonly currency: string | null;
  readonly count: number;
  readonly amountNanos: bigint;
}

/** Facts of a month that have price, tier and manner of payment in common. */
export interface UsageLine {
  readonly serviceId: string;
  readonly planVersionId: string;
  readonly currency: string;
  /** Index of the tier, from 0. */
  readonly tier: number;
  /** Unit price paid by the monthly fee. */
  readonly included: boolean;
  readonly prepaid: boolean;
  readonly count: number;
  readonly reasonsCount: number;
  /** Sum of what the facts cost. */
  readonly amountNanos: bigint;
}

export interface UsageRow {
  id: string;
  customer_id: string;
  service_id: string;
  key_id: string | null;
  plan_version_id: string | null;
  fact_key: string;
  fact_index: number;
  decision_id: string;
  event_time: Date;
  recorded_at: Date;
  billing_day: string;
  day_ordinal: bigint;
  month_ordinal: bigint;
  value_nanos: string | null;
  with_reasons: boolean;
  amount_nanos: string;
  currency: string | null;
  prepaid: boolean;
}

export const usageMatching = `u.organisation = $1 and ($2::uuid is null or u.customer_id = $2) and ($3::uuid is null or u.service_id = $3)
  and ($4::uuid[] is null or u.service_id = any ($4)) and u.billing_day between $5::date and $6::date
  and u.billing_month between date_trunc('month', $5::timestamp)::date and $6::date`;

export class Ledger {
  private readonly pool: Pool;

  constructor(pool: Pool) {
    this.pool = pool;
  }

  /**
   * Newest first, after the place of the last row seen. Costs a search and a page for each customer and month of the filter, however
   * long the history is.
   */
  async list(filter: UsageFilter, page: { readonly after: UsagePlace | null; readonly limit: number }): Promise<Usage[]> {
    const found = await this.pool.query<UsageRow>(
      `select u.* from meter_account a
       cross join generate_series(date_trunc('month', $5::timestamp), $6::timestamp, '1 month') m (first)
       cross join lateral (
         select u.* from usage u
         where u.billing_month = m.first::date and u.customer_id = a.customer_id and ${usageMatching}
           and ($7::timestamptz is null or (u.recorded_at, u.id) < ($7, $8::uuid))
         order by u.recorded_at desc, u.id desc limit $9) u
       where a.organisation = $1 and ($2::uuid is null or a.customer_id = $2)
       order by u.recorded_at desc, u.id desc limit $9`,
      [...usageValues(filter), page.after?.recordedAt ?? null, page.after?.id ?? null, page.limit],
    );
    return found.rows.map(toUsage);
  }

  async sums(filter: UsageFilter): Promise<UsageSum[]> {
    const found = await this.pool.query<{
      customer_id: string;
      service_id: string;
      day: string;
      currency: string | null;
      count: bigint;
      amount: string;
    }>(
      `select u.customer_id, u.service_id, u.billing_day as day, u.currency, count(*) as count, sum(u.amount_nanos) as amount
       from usage u where ${usageMatching} group by 1, 2, 3, 4 order by 3, 1, 2, 4`,
      usageValues(filter),
    );
    return found.rows.map((row) => ({
      customerId: row.customer_id,
      serviceId: row.service_id,
      day: row.day,
      currency: row.currency,
      count: Number(row.count),
      amountNanos: BigInt(row.amount),
    }));
  }

  /** What one fact cost; null when it was free or there is none. */
  async priceOf(customerId: string, factKey: string, index: number): Promise<{ nanos: bigint; currency: string } | null> {
    const found = await this.pool.query<{ amount_nanos: string; currency: string | null }>(
      "select amount_nanos, currency from usage where customer_id = $1 and fact_key = $2 and fact_index = $3",
      [customerId, factKey, index],
    );
    const row = found.rows[0];
    return row === undefined || row.currency === null ? null : { nanos: BigInt(row.amount_nanos), currency: row.currency };
  }

  /** What a customer used in a month (its first day) that has a price. */
  lines(organisation: string, customerId: string, month: string): Promise<UsageLine[]> {
    return readLines(this.pool, organisation, customerId, month);
  }
}

export async function readLines(client: Pool | PoolClient, organisation: string, customerId: string, month: string): Promise<UsageLine[]> {
  const found = await client.query<{
    service_id: string;
    plan_version_id: string;
    currency: string;
    tier: number;
    included: boolean;
    prepaid: boolean;
    count: bigint;
    reasons: bigint;
    amount: string;
  }>(
    `select u.service_id, u.plan_version_id, p.currency, width_bucket(u.day_ordinal, p.tier_starts) - 1 as tier, u.month_ordinal <= p.included_units as included,
       u.prepaid, count(*) as count, count(*) filter (where u.with_reasons) as reasons, sum(u.amount_nanos) as amount
     from usage u join price p on p.id = u.plan_version_id
     where u.organisation = $1 and u.customer_id = $2 and u.billing_month = $3::date
     group by 1, 2, 3, 4, 5, 6 order by 1, 2, 5 desc, 4, 6`,
    [organisation, customerId, month],
  );
  return found.rows.map((row) => ({
    serviceId: row.service_id,
    planVersionId: row.plan_version_id,
    currency: row.currency,
    tier: row.tier,
    included: row.included,
    prepaid: row.prepaid,
    count: Number(row.count),
    reasonsCount: Number(row.reasons),
    amountNanos: BigInt(row.amount),
  }));
}

export function usageValues(filter: UsageFilter): unknown[] {
  return [filter.organisation, filter.customerId, filter.serviceId, filter.serviceIds, filter.from, filter.to];
}

export function toUsage(row: UsageRow): Usage {
  return {
    id: row.id,
    customerId: row.customer_id,
    serviceId: row.service_id,
    keyId: row.key_id,
    planVersionId: row.plan_version_id,
    factKey: row.fact_key,
    factIndex: row.fact_index,
    decisionId: row.decision_id,
    eventTime: row.event_time,
    recordedAt: row.recorded_at,
    day: row.billing_day,
    dayOrdinal: Number(row.day_ordinal),
    monthOrdinal: Number(row.month_ordinal),
    valueNanos: row.value_nanos === null ? null : BigInt(row.value_nanos),
    withReasons: row.with_reasons,
    amountNanos: BigInt(row.amount_nanos),
    currency: row.currency,
    prepaid: row.prepaid,
  };
}
