/**
 * Invoices: previewed at any time, issued once a month, customer and currency, then never changed.
 *
 * Issuing holds the customer's row of the meter: usage that arrives later counts for the next month. The number is taken
 * from a locked counter in the same transaction, so numbers have no gap.
 */
import { type Actor, type BillingIdentityShape, type InvoiceShape, idFromUuid, MegalithError } from "@megalith/contract";
import type { Pool, PoolClient } from "pg";
import { type Caller, type Clock, inTransaction, type NewUuid, recordChange } from "../foundation/index.ts";
import { closeMonth, readLines } from "../metering/index.ts";
import { computeInvoices, type InvoiceSums, type Terms } from "./invoice.ts";
import { firstDay, nextMonth, overEverywhere } from "./month.ts";
import { findPlans } from "./plan-store.ts";

/** Seller or buyer: the name that it goes by, and what it is called by law. */
export interface Party {
  readonly name: string;
  readonly identity: BillingIdentityShape;
}

/** What an invoice prints of things that billing does not own. */
export interface InvoiceNames {
  /** The provider. */
  seller(organisation: string): Promise<Party>;
  /** Undefined when there is no such customer. */
  customer(organisation: string, customerId: string): Promise<Party | undefined>;
  services(organisation: string, serviceIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

/** Whose month an invoice is of, and who sells it. */
interface InvoiceHead {
  readonly customerId: string;
  readonly month: string;
  readonly seller: Party;
  readonly buyer: Party;
}

export interface InvoicesOptions {
  readonly pool: Pool;
  readonly clock: Clock;
  readonly newUuid: NewUuid;
  readonly names: InvoiceNames;
}

export class Invoices {
  private readonly options: InvoicesOptions;

  constructor(options: InvoicesOptions) {
    this.options = options;
  }

  /** What the month (YYYY-MM) comes to so far, one invoice a currency; those that were issued as issued. */
  async preview(organisation: string, customerId: string, month: string): Promise<InvoiceShape[]> {
    const { pool } = this.options;
    const parties = await this.parties(organisation, customerId);
    const issued = await findIssued(pool, organisation, customerId, month);
    const open = await this.compute(pool, organisation, customerId, month);
    const previews = open.filter(({ currency }) => !issued.has(currency));
    const documents = await Promise.all(previews.map((sums) => this.document(organisation, { customerId, month, ...parties }, sums, null)));
    return [...issued.values(), ...documents].sort((a, b) => (a.currency < b.currency ? -1 : 1));
  }

  /** Issues the month's invoices; again gives the same ones. @throws MegalithError "billing.month_open". */
  async finalise(caller: Caller, customerId: string, month: string): Promise<InvoiceShape[]> {
    const { organisation } = caller;
    const from = overEverywhere(month);
    if (this.options.clock.now() < from) throw new MegalithError("billing.month_open", { values: { month, from: from.toISOString() } });
    const parties = await this.parties(organisation, customerId);
    return inTransaction(this.options.pool, async (client) => {
      await closeMonth(client, organisation, customerId, firstDay(nextMonth(month)));
      const issued = await findIssued(client, organisation, customerId, month);
      for (const sums of await this.compute(client, organisation, customerId, month)) {
        if (issued.has(sums.currency)) continue;
        issued.set(sums.currency, await this.issue(client, caller, { customerId, month, ...parties }, sums));
      }
      return [...issued.values()];
    });
  }

  /** Newest first. `after` is the bare uuid of the last one seen. */
  async list(
    organisation: string,
    customerId: string | null,
    page: { readonly after: string | null; readonly limit: number },
  ): Promise<InvoiceShape[]> {
    const found = await this.options.pool.query<{ document: string }>(
      `select document from invoice where organisation = $1 and ($2::uuid is null or customer_id = $2) and ($3::uuid is null or id < $3)
       order by id desc limit $4`,
      [organisation, customerId, page.after, page.limit],
    );
    return found.rows.map((row) => JSON.parse(row.document));
  }

  /** @throws MegalithError "request.not_found", also for another customer's (when a customer asks). */
  async read(organisation: string, id: string, customerId: string | null): Promise<InvoiceShape> {
    const found = await this.options.pool.query<{ document: string }>(
      "select document from invoice where organisation = $1 and id = $2 and ($3::uuid is null or customer_id = $3)",
      [organisation, id, customerId],
    );
    const row = found.rows[0];
    if (row === undefined) throw new MegalithError("request.not_found");
    return JSON.parse(row.document);
  }

  private async compute(client: Pool | PoolClient, organisation: string, customerId: string, month: string): Promise<InvoiceSums[]> {
    const usage = await readLines(client, organisation, customerId, firstDay(month));
    const terms = new Map<string, Terms>();
    for (const plan of await findPlans(client, organisation))
      for (const { id, number, prices } of plan.versions) terms.set(id, { plan: plan.name, version: number, prices });
    return computeInvoices(usage, terms);
  }

  private async issue(client: PoolClient, caller: Caller, of: InvoiceHead, sums: InvoiceSums): Promise<InvoiceShape> {
    const { clock, newUuid } = this.options;
    const { organisation } = caller;
    const now = clock.now();
    const year = now.getUTCFullYear();
    const counted = await client.query<{ last_number: number }>(
      `insert into invoice_counter (organisation, year, last_number) values ($1, $2, 1)
       on conflict (organisation, year) do update set last_number = invoice_counter.last_number + 1 returning last_number`,
      [organisation, year],
    );
    const sequence = (counted.rows[0] as { last_number: number }).last_number;
    const id = newUuid();
    const number = `INV-${year}-${String(sequence).padStart(6, "0")}`;
    const document = await this.document(organisation, of, sums, { id, number, at: now });
    await client.query(
      `insert into invoice (id, organisation, year, sequence, customer_id, month, currency, total_nanos, document, issued_at, issued_by)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
      [
        id,
        organisation,
        year,
        sequence,
        of.customerId,
        firstDay(of.month),
        sums.currency,
        sums.totalNanos.toString(),
        JSON.stringify(document),
        now,
        asJson(caller.actor),
      ],
    );
    await recordChange(client, caller, newUuid(), now, {
      action: "billing.invoice_issued",
      subjectKind: "invoice",
      subjectId: id,
      subjectName: number,
      detail: { customer: of.buyer.name, month: of.month, currency: sums.currency, totalNanos: sums.totalNanos.toString() },
    });
    return document;
  }

  private async document(
    organisation: string,
    { customerId, month, seller, buyer }: InvoiceHead,
    sums: InvoiceSums,
    issued: { readonly id: string; readonly number: string; readonly at: Date } | null,
  ): Promise<InvoiceShape> {
    const serviceIds = [...new Set(sums.lines.flatMap((line) => (line.serviceId === null ? [] : [line.serviceId])))];
    const services = await this.options.names.services(organisation, serviceIds);
    return {
      id: issued === null ? null : idFromUuid("invoice", issued.id),
      number: issued?.number ?? null,
      status: issued === null ? "preview" : "final",
      seller: seller.name,
      sellerIdentity: seller.identity,
      customer: idFromUuid("customer", customerId),
      customerName: buyer.name,
      customerIdentity: buyer.identity,
      month,
      currency: sums.currency,
      lines: sums.lines.map(({ serviceId, unitNanos, exactNanos, amountNanos, ...line }) => ({
        ...line,
        service: serviceId === null ? null : (services.get(serviceId) ?? idFromUuid("service", serviceId)),
        unitNanos: unitNanos?.toString() ?? null,
        exactNanos: exactNanos.toString(),
        amountNanos: amountNanos.toString(),
      })),
      exactNanos: sums.exactNanos.toString(),
      totalNanos: sums.totalNanos.toString(),
      prepaidNanos: sums.prepaidNanos.toString(),
      dueNanos: sums.dueNanos.toString(),
      issuedAt: issued?.at.toISOString() ?? null,
    };
  }

  private async parties(organisation: string, customerId: string): Promise<{ readonly seller: Party; readonly buyer: Party }> {
    const buyer = await this.options.names.customer(organisation, customerId);
    if (buyer === undefined) throw new MegalithError("request.not_found");
    return { seller: await this.options.names.seller(organisation), buyer };
  }
}

async function findIssued(
  client: Pool | PoolClient,
  organisation: string,
  customerId: string,
  month: string,
): Promise<Map<string, InvoiceShape>> {
  const found = await client.query<{ currency: string; document: string }>(
    "select currency, document from invoice where organisation = $1 and customer_id = $2 and month = $3 order by currency",
    [organisation, customerId, firstDay(month)],
  );
  return new Map(found.rows.map((row) => [row.currency, JSON.parse(row.document)]));
}

function asJson(actor: Actor): string {
  return JSON.stringify(actor);
}
