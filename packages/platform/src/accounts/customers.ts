/** Customers: who buys answers, from which services, within which limits. */
import { MegalithError } from "@megalith/contract";
import type { Pool, PoolClient } from "pg";
import { type Caller, type Clock, inTransaction, isUniqueViolation, type NewUuid, recordChange } from "../foundation/index.ts";
import type { Customer, CustomerChange } from "./account.ts";
import { accountsChannel } from "./keys.ts";

export interface CustomerOptions {
  readonly pool: Pool;
  readonly clock: Clock;
  readonly newUuid: NewUuid;
  /** Hands the limits to whoever enforces them, in the same transaction. */
  readonly setLimits: (client: PoolClient, customer: { organisation: string; customerId: string; ratePerSecond: number | null; monthlyQuota: number | null }) => Promise<void>;
  /** Called after a change that keys depend on. */
  readonly onChange: () => void;
}

export class CustomerService {
  private readonly options: CustomerOptions;

  constructor(options: CustomerOptions) {
    this.options = options;
  }

  async create(caller: Caller, name: string, change: CustomerChange): Promise<Customer> {
    const { pool, newUuid, clock, setLimits } = this.options;
    try {
      return await inTransaction(pool, async (client) => {
        const id = newUuid();
        const now = clock.now();
        const { title = name, status = "active", serviceIds = null, ratePerSecond = null, monthlyQuota = null } = change;
        const inserted = await client.query<CustomerRow>(
          `insert into customer (id, organisation, name, title, status, service_ids, rate_per_second, monthly_quota, created_at, created_by)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning *`,
          [id, caller.organisation, name, title, status, serviceIds, ratePerSecond, monthlyQuota, now, JSON.stringify(caller.actor)],
        );
        await setLimits(client, { organisation: caller.organisation, customerId: id, ratePerSecond, monthlyQuota });
        await recordChange(client, caller, newUuid(), now, { action: "accounts.customer_created", subjectKind: "customer", subjectId: id, subjectName: name, detail: { ...change } });
        return toCustomer(inserted.rows[0] as CustomerRow);
      });
    } catch (error) {
      if (isUniqueViolation(error, "customer_organisation_name_key")) throw new MegalithError("accounts.customer_name_taken", { values: { name } });
      throw error;
    }
  }

  async change(caller: Caller, id: string, change: CustomerChange): Promise<Customer> {
    const { pool, newUuid, clock, setLimits, onChange } = this.options;
    const changed = await inTransaction(pool, async (client) => {
      const found = await client.query<CustomerRow>("select * from customer where organisation = $1 and id = $2 for update", [caller.organisation, id]);
      const row = found.rows[0];
      if (row === undefined) throw new MegalithError("request.not_found");
      const old = toCustomer(row);
      const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) as CustomerChange;
      const next = { ...old, ...given } as Customer;
      const updated = await client.query<CustomerRow>("update customer set title = $2, status = $3, service_ids = $4, rate_per_second = $5, monthly_quota = $6 where id = $1 returning *", [
        id,
        next.title,
        next.status,
        next.serviceIds,
        next.ratePerSecond,
        next.monthlyQuota,
      ]);
      await setLimits(client, { organisation: caller.organisation, customerId: id, ratePerSecond: next.ratePerSecond, monthlyQuota: next.monthlyQuota });
      await recordChange(client, caller, newUuid(), clock.now(), { action: "accounts.customer_changed", subjectKind: "customer", subjectId: id, subjectName: old.name, detail: { ...given } });
      await client.query("select pg_notify($1, $2)", [accountsChannel, id]);
      return toCustomer(updated.rows[0] as CustomerRow);
    });
    onChange();
    return changed;
  }

  async list(organisation: string): Promise<Customer[]> {
    const found = await this.options.pool.query<CustomerRow>("select * from customer where organisation = $1 order by created_at", [organisation]);
    return found.rows.map(toCustomer);
  }

  /** @throws MegalithError "request.not_found". */
  async find(organisation: string, by: { id: string } | { name: string }): Promise<Customer> {
    const [column, value] = "id" in by ? ["id", by.id] : ["name", by.name];
    const found = await this.options.pool.query<CustomerRow>(`select * from customer where organisation = $1 and ${column} = $2`, [organisation, value]);
    const row = found.rows[0];
    if (row === undefined) throw new MegalithError("request.not_found");
    return toCustomer(row);
  }
}

interface CustomerRow {
  id: string;
  name: string;
  title: string;
  status: "active" | "suspended";
  service_ids: string[] | null;
  rate_per_second: number | null;
  monthly_quota: bigint | null;
  created_at: Date;
}

function toCustomer(row: CustomerRow): Customer {
  return {
    id: row.id,
    name: row.name,
    title: row.title,
    status: row.status,
    serviceIds: row.service_ids,
    ratePerSecond: row.rate_per_second,
    monthlyQuota: row.monthly_quota === null ? null : Number(row.monthly_quota),
    createdAt: row.created_at,
  };
}
