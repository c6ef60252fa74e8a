/** Customers: who buys answers, and from which services. What they may spend lies with metering. */
import { type BillingIdentityShape, MegalithError } from "@megalith/contract";
import type { Pool, PoolClient } from "pg";
import { type Caller, type Clock, inTransaction, isUniqueViolation, type NewUuid, notify, recordChange } from "../foundation/index.ts";
import type { Customer, CustomerChange } from "./account.ts";
import { type IdentityRow, toIdentity } from "./billing-identity.ts";
import { accountsChannel } from "./keys.ts";

export interface CustomerOptions {
  readonly pool: Pool;
  readonly clock: Clock;
  readonly newUuid: NewUuid;
  /** Called after a change that keys depend on. */
  readonly onChange: (customerId: string) => void;
}

export class CustomerService {
  private readonly options: CustomerOptions;

  constructor(options: CustomerOptions) {
    this.options = options;
  }

  /** @throws MegalithError "accounts.customer_name_taken". */
  async create(caller: Caller, name: string, customer: Pick<CustomerChange, "title" | "serviceIds" | "billing"> = {}): Promise<Customer> {
    const { pool, newUuid, clock } = this.options;
    const { title = name, serviceIds = null } = customer;
    const billing = { ...unknownIdentity, ...customer.billing };
    return namingTaken(name, () =>
      inTransaction(pool, async (client) => {
        const id = newUuid();
        const now = clock.now();
        const inserted = await client.query<CustomerRow>(
          `insert into customer (id, organisation, name, title, status, service_ids, created_at, created_by, legal_name, address, tax_id)
           values ($1, $2, $3, $4, 'active', $5, $6, $7, $8, $9, $10) returning *`,
          [
            id,
            caller.organisation,
            name,
            title,
            serviceIds,
            now,
            JSON.stringify(caller.actor),
            billing.legalName,
            billing.address,
            billing.taxId,
          ],
        );
        const detail = { title, serviceIds, ...(customer.billing === undefined ? {} : { billing }) };
        await recordChange(client, caller, newUuid(), now, {
          action: "accounts.customer_created",
          subjectKind: "customer",
          subjectId: id,
          subjectName: name,
          detail,
        });
        return toCustomer(inserted.rows[0] as CustomerRow);
      }),
    );
  }

  /** In force with the next call. @throws MegalithError "request.not_found", "accounts.customer_name_taken". */
  async change(caller: Caller, id: string, change: CustomerChange): Promise<Customer> {
    const changed = await namingTaken(change.name ?? "", () =>
      inTransaction(this.options.pool, (client) => this.write(client, caller, id, change)),
    );
    this.options.onChange(id);
    return changed;
  }

  /** Oldest first. @param page.after bare uuid of the last one seen, or null. */
  async list(
    organisation: string,
    page: { readonly after: string | null; readonly limit: number; readonly name?: string | undefined } = { after: null, limit: 1000 },
  ): Promise<Customer[]> {
    const found = await this.options.pool.query<CustomerRow>(
      `select * from customer where organisation = $1 and ($2::uuid is null or id > $2) and ($3::text is null or name = $3)
       order by id limit $4`,
      [organisation, page.after, page.name ?? null, page.limit],
    );
    return found.rows.map(toCustomer);
  }

  /** @throws MegalithError "request.not_found". */
  async find(organisation: string, by: { readonly id: string } | { readonly name: string }): Promise<Customer> {
    const [column, value] = "id" in by ? ["id", by.id] : ["name", by.name];
    const found = await this.options.pool.query<CustomerRow>(`select * from customer where organisation = $1 and ${column} = $2`, [
      organisation,
      value,
    ]);
    const row = found.rows[0];
    if (row === undefined) throw new MegalithError("request.not_found");
    return toCustomer(row);
  }

  private async write(client: PoolClient, caller: Caller, id: string, change: CustomerChange): Promise<Customer> {
    const found = await client.query<CustomerRow>("select * from customer where organisation = $1 and id = $2 for update", [
      caller.organisation,
      id,
    ]);
    const row = found.rows[0];
    if (row === undefined) throw new MegalithError("request.not_found");
    const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
    const before = toCustomer(row);
    const next = { ...before, ...given, billing: { ...before.billing, ...change.billing } } as Customer;
    const { legalName, address, taxId } = next.billing;
    const updated = await client.query<CustomerRow>(
      `update customer set name = $2, title = $3, status = $4, service_ids = $5, legal_name = $6, address = $7, tax_id = $8
       where id = $1 returning *`,
      [id, next.name, next.title, next.status, next.serviceIds, legalName, address, taxId],
    );
    await recordChange(client, caller, this.options.newUuid(), this.options.clock.now(), {
      action: "accounts.customer_changed",
      subjectKind: "customer",
      subjectId: id,
      subjectName: next.name,
      detail: given,
    });
    await notify(client, accountsChannel, id);
    return toCustomer(updated.rows[0] as CustomerRow);
  }
}

async function namingTaken<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isUniqueViolation(error, "customer_organisation_name_key"))
      throw new MegalithError("accounts.customer_name_taken", { values: { name }, cause: error });
    throw error;
  }
}

const unknownIdentity: BillingIdentityShape = { legalName: null, address: null, taxId: null };

interface CustomerRow extends IdentityRow {
  id: string;
  name: string;
  title: string;
  status: "active" | "suspended";
  service_ids: string[] | null;
  created_at: Date;
}

function toCustomer(row: CustomerRow): Customer {
  return {
    id: row.id,
    name: row.name,
    title: row.title,
    status: row.status,
    serviceIds: row.service_ids,
    billing: toIdentity(row),
    createdAt: row.created_at,
  };
}
