/** Billing's doings in one place: plans, and the invoices they make of usage. */
import { type InvoiceShape, MegalithError, type MessageLanguage, problem, thing } from "@megalith/contract";
import type { Pool } from "pg";
import type { Caller, Clock, NewUuid } from "../foundation/index.ts";
import { type InvoiceNames, Invoices } from "./invoices.ts";
import { Plans } from "./plans.ts";
import { PrintQueue } from "./print-queue.ts";

export interface BillingOptions {
  readonly pool: Pool;
  readonly clock: Clock;
  readonly newUuid: NewUuid;
  readonly names: InvoiceNames;
}

export class BillingService {
  readonly plans: Plans;
  readonly invoices: Invoices;
  private readonly printer = new PrintQueue();

  constructor(options: BillingOptions) {
    this.plans = new Plans(options);
    this.invoices = new Invoices(options);
  }

  /** Bare uuid of the plan's version in force: what a call is metered with. @throws MegalithError "billing.plan_not_found". */
  readonly planVersionAt = (organisation: string, plan: string, at: Date): Promise<string> => this.plans.versionAt(organisation, plan, at);

  readonly planExists = (organisation: string, plan: string): Promise<boolean> => this.plans.exists(organisation, plan);

  preview(organisation: string, customerId: string, month: string): Promise<InvoiceShape[]> {
    return this.invoices.preview(organisation, customerId, month);
  }

  finalise(caller: Caller, customerId: string, month: string): Promise<InvoiceShape[]> {
    return this.invoices.finalise(caller, customerId, month);
  }

  /**
   * What a month comes to so far, as a PDF without a number that says it is a preview.
   * @throws MegalithError "request.not_found" when there is nothing to pay, "billing.invoice_issued" when it was issued already,
   * "request.invalid" when it has two currencies and none is named.
   */
  async previewPdf(
    organisation: string,
    of: { readonly customerId: string; readonly month: string; readonly currency: string | undefined },
    language: MessageLanguage,
  ): Promise<Uint8Array> {
    const all = await this.preview(organisation, of.customerId, of.month);
    const found = all.filter(({ currency }) => of.currency === undefined || currency === of.currency);
    const [invoice, second] = found;
    if (invoice === undefined) throw new MegalithError("request.not_found", { wordings: { what: thing("invoice") } });
    if (second !== undefined) {
      const currencies = found.map(({ currency }) => currency).join(", ");
      const problems = [problem("/query/currency", "required", "currencyNeeded", { currencies })];
      throw new MegalithError("request.invalid", { values: { count: 1 }, problems });
    }
    if (invoice.status === "final") throw new MegalithError("billing.invoice_issued", { values: { number: invoice.number ?? "" } });
    return this.printer.print(invoice, language);
  }

  /** An issued invoice as a PDF. */
  async pdf(organisation: string, id: string, customerId: string | null, language: MessageLanguage): Promise<Uint8Array> {
    return this.printer.print(await this.invoices.read(organisation, id, customerId), language);
  }
}
