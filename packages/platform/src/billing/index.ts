/** The front door of billing: plans and invoices. */
export { computeInvoice, computeInvoices, type InvoiceLine, type InvoiceSums, type Terms } from "./invoice.ts";
export { printInvoice } from "./invoice-pdf.ts";
export { type InvoiceNames, Invoices } from "./invoices.ts";
export { type Plan, type PlanVersion, type Prices, readPrices, showPrices, versionAt } from "./plan.ts";
export { type NewPlan, Plans } from "./plans.ts";
export { type BillingOptions, BillingService } from "./service.ts";
