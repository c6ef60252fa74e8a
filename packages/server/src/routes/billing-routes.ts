/** Routes of plans and invoices. */
import type { BillingService } from "@megalith/platform/billing";
import type { CsvExports } from "../csv-reply.ts";
import type { BoundRoute } from "../route.ts";
import { addPlanVersion } from "./add-plan-version.ts";
import { createPlan } from "./create-plan.ts";
import { exportInvoiceLines } from "./export-invoice-lines.ts";
import { finaliseInvoice } from "./finalise-invoice.ts";
import { listInvoices } from "./list-invoices.ts";
import { listPlans } from "./list-plans.ts";
import { previewInvoice } from "./preview-invoice.ts";
import { previewInvoicePdf } from "./preview-invoice-pdf.ts";
import { readInvoice } from "./read-invoice.ts";
import { readInvoicePdf } from "./read-invoice-pdf.ts";
import { readPlan } from "./read-plan.ts";

export function billingRoutesOf(uses: { readonly billing: BillingService; readonly exports: CsvExports }): BoundRoute[] {
  return [
    listPlans(uses),
    createPlan(uses),
    readPlan(uses),
    addPlanVersion(uses),
    previewInvoice(uses),
    previewInvoicePdf(uses),
    finaliseInvoice(uses),
    listInvoices(uses),
    readInvoice(uses),
    readInvoicePdf(uses),
    exportInvoiceLines(uses),
  ];
}
