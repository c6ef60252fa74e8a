/** A customer's limits and prepaid balance, in the row that the meter locks: a change is in force for the next batch. */
import { MegalithError } from "@megalith/contract";
import type { Pool, PoolClient } from "pg";
import { type Caller, type Clock, inTransaction, type NewUuid, recordChange } from "../foundation/index.ts";

export interface MeterAccount {
  readonly customerId: string;
  readonly monthlyQuota: number | null;
  readonly callsPerSecond: number | null;
  /** Null: pays by invoice. */
  readonly balance: { readonly nanos: bigint; readonly currency: string } | null;
  readonly usedThisMonth: number;
}

export interface Credit {
  readonly nanos: bigint;
  readonly currency: string;
  /** The same reference counts once. */
  readonly reference: string;
  readonly note: string;
}

interface AccountRow {
  monthly_quota: bigint | null;
  calls_per_second: number | null;
  balance_nanos: string | null;
  balance_currency: string | null;
  quota_month: string;
  quota_count: bigint;
}

export class MeterAccounts {
  private readonly pool: Pool;
  private readonly clock: Clock;
  private readonly newUuid: NewUuid;

  constructor(options: { pool: Pool; clock: Clock; newUuid: NewUuid }) {
    this.pool = options.pool;
    this.clock = options.clock;
    this.newUuid = options.newUuid;
  }

  /** A customer that was never metered has no limits and no balance. */
  async read(organisation: string, customerId: string): Promise<MeterAccount> {
    const found = await this.pool.query<AccountRow>("select * from meter_account where organisation = $1 and customer_id = $2", [
      organisation,
      customerId,
    ]);
    const row = found.rows[0];
    if (row === undefined) return { customerId, monthlyQuota: null, callsPerSecond: null, balance: null, usedThisMonth: 0 };
    const month = this.clock.now().toISOString().slice(0, 7);
    return {
      customerId,
      monthlyQuota: row.monthly_quota === null ? null : Number(row.monthly_quota),
      callsPerSecond: row.calls_per_second,
      balance:
        row.balance_nanos === null || row.balance_currency === null
          ? null
          : { nanos: BigInt(row.balance_nanos), currency: row.balance_currency },
      usedThisMonth: row.quota_month.slice(0, 7) >= month ? Number(row.quota_count) : 0,
    };
  }

  async setLimits(
    caller: Caller,
    customerId: string,
    limits: { readonly monthlyQuota: number | null; readonly callsPerSecond: number | null },
  ): Promise<MeterAccount> {
    await inTransaction(this.pool, async (client) => {
      await lockAccount(client, caller.organisation, customerId);
      await client.query("update meter_account set monthly_quota = $2, calls_per_second = $3 where customer_id = $1", [
        customerId,
        limits.monthlyQuota,
        limits.callsPerSecond,
      ]);
      await recordChange(client, caller, this.newUuid(), this.clock.now(), {
        action: "metering.limits_set",
        subjectKind: "customer",
        subjectId: customerId,
        subjectName: customerId,
        detail: limits,
      });
    });
    return this.read(caller.organisation, customerId);
  }

  /** Makes the customer prepaid with its first credit. @throws MegalithError "metering.currency_differs", "metering.credit_reused". */
  async addCredit(caller: Caller, customerId: string, credit: Credit): Promise<MeterAccount> {
    await inTransaction(this.pool, async (client) => {
      const kept = await lockAccount(client, caller.organisation, customerId);
      if (kept !== null && kept !== credit.currency)
        throw new MegalithError("metering.currency_differs", { values: { kept, given: credit.currency } });
      const now = this.clock.now();
      const inserted = await client.query(
        `insert into credit (id, organisation, customer_id, reference, amount_nanos, currency, note, recorded_at, actor)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (customer_id, reference) do nothing`,
        [
          this.newUuid(),
          caller.organisation,
          customerId,
          credit.reference,
          credit.nanos.toString(),
          credit.currency,
          credit.note,
          now,
          JSON.stringify(caller.actor),
        ],
      );
      if (inserted.rowCount === 0) return requireSameCredit(client, customerId, credit);
      await client.query(
        "update meter_account set balance_nanos = coalesce(balance_nanos, 0) + $2, balance_currency = $3 where customer_id = $1",
        [customerId, credit.nanos.toString(), credit.currency],
      );
      await recordChange(client, caller, this.newUuid(), now, {
        action: "metering.credit_added",
        subjectKind: "customer",
        subjectId: customerId,
        subjectName: customerId,
        detail: { nanos: credit.nanos.toString(), currency: credit.currency, reference: credit.reference },
      });
    });
    return this.read(caller.organisation, customerId);
  }
}

/** @returns the currency of the balance, null without one. @throws MegalithError "request.not_found" for another organisation's customer. */
async function lockAccount(client: PoolClient, organisation: string, customerId: string): Promise<string | null> {
  await client.query("insert into meter_account (customer_id, organisation) values ($1, $2) on conflict (customer_id) do nothing", [
    customerId,
    organisation,
  ]);
  const found = await client.query<{ balance_currency: string | null }>(
    "select balance_currency from meter_account where customer_id = $1 and organisation = $2 for update",
    [customerId, organisation],
  );
  const row = found.rows[0];
  if (row === undefined) throw new MegalithError("request.not_found");
  return row.balance_currency;
}

async function requireSameCredit(client: PoolClient, customerId: string, credit: Credit): Promise<void> {
  const found = await client.query<{ amount_nanos: string; currency: string }>(
    "select amount_nanos, currency from credit where customer_id = $1 and reference = $2",
    [customerId, credit.reference],
  );
  const row = found.rows[0];
  if (row === undefined || BigInt(row.amount_nanos) !== credit.nanos || row.currency !== credit.currency)
    throw new MegalithError("metering.credit_reused", { values: { reference: credit.reference } });
}

/** Days of the month and before belong to final invoices now: what is used later counts from the first of the next month. Holds the customer's lock. */
export async function closeMonth(client: PoolClient, organisation: string, customerId: string, nextMonth: string): Promise<void> {
  await lockAccount(client, organisation, customerId);
  await client.query("update meter_account set closed_until = greatest(closed_until, $2::date) where customer_id = $1", [
    customerId,
    nextMonth,
  ]);
}
