/** The front door of billing: plans and invoices. */
export type { InvoiceLine, InvoiceSums, Terms } from "./invoice.ts";
export { type InvoiceNames, Invoices } from "./invoices.ts";
export { type Plan, type PlanVersion, type Prices, readPrices, showPrices } from "./plan.ts";
export { type NewPlan, Plans } from "./plans.ts";
export { type BillingOptions, BillingService } from "./service.ts";
