import type { InvoiceShape, PlanShape } from "../billing.ts";
import type { MeterAccountShape, UsageShape } from "../metering.ts";
import { ids, owner, times } from "./story.ts";

const prices = {
  tiers: [
    { upTo: 1000, priceNanos: "2000000" },
    { upTo: null, priceNanos: "1000000" },
  ],
  valueShare: { hundredthsOfBasisPoint: 50, floorNanos: "1000000", capNanos: "500000000" },
  reasonsSurchargeNanos: "1000000",
  monthlyFeeNanos: "49000000000",
  includedUnits: 500,
};
const plan: PlanShape = {
  id: ids.plan,
  name: "standard",
  title: "Standard",
  currency: "EUR",
  timeZone: "Europe/Berlin",
  createdAt: times.made,
  createdBy: owner,
  versions: [{ id: ids.planVersion, number: 1, validFrom: times.made, prices, createdAt: times.made, createdBy: owner }],
};
const changed: PlanShape = {
  ...plan,
  versions: [{ ...(plan.versions[0] as PlanShape["versions"][number]), number: 2, validFrom: times.later }, ...plan.versions],
};
const usage: UsageShape = {
  id: ids.usage,
  customer: ids.customer,
  service: ids.service,
  key: ids.key,
  planVersion: ids.planVersion,
  decision: ids.decision,
  factKey: "r:credit-risk/loan-2041",
  factIndex: 0,
  eventTime: times.asked,
  recordedAt: times.asked,
  day: "2026-05-05",
  dayOrdinal: 1,
  monthOrdinal: 501,
  valueNanos: "3500000000000",
  withReasons: true,
  price: { nanos: "178000000", currency: "EUR" },
  prepaid: false,
};
const account: MeterAccountShape = {
  customer: ids.customer,
  monthlyQuota: 100_000,
  callsPerSecond: 50,
  balance: { nanos: "250000000000", currency: "EUR" },
  usedThisMonth: 1,
};
const line = { plan: "standard", planVersion: 1, prepaid: false } as const;
const invoice: InvoiceShape = {
  id: ids.invoice,
  number: "INV-2026-000001",
  status: "final",
  seller: "provider",
  sellerIdentity: { legalName: "Provider GmbH", address: "Hauptstr. 5\n10827 Berlin", taxId: "DE123456789" },
  customer: ids.customer,
  customerName: "Acme Bank",
  customerIdentity: { legalName: "Acme Bank AG", address: "Bahnhofstrasse 1\n8001 Zürich", taxId: "CHE-123.456.789" },
  month: "2026-05",
  currency: "EUR",
  lines: [
    {
      ...line,
      kind: "units",
      service: "Credit risk",
      tier: { from: 1, upTo: 1000 },
      quantity: 8420,
      unitNanos: "2000000",
      exactNanos: "16840000000",
      amountNanos: "16840000000",
    },
    {
      ...line,
      kind: "monthly_fee",
      service: null,
      tier: null,
      quantity: 1,
      unitNanos: "49000000000",
      exactNanos: "49000000000",
      amountNanos: "49000000000",
    },
  ],
  exactNanos: "65840000000",
  totalNanos: "65840000000",
  prepaidNanos: "0",
  dueNanos: "65840000000",
  issuedAt: times.later,
};
const preview: InvoiceShape = { ...invoice, id: null, number: null, status: "preview", issuedAt: null };

export const moneyExamples = {
  listUsage: { reply: { items: [usage], next: null } },
  exportUsage: {
    reply: `id,customer,service,key,plan_version,decision,fact_key,fact_index,event_time,recorded_at,day,day_ordinal,month_ordinal,value_nanos,with_reasons,amount_nanos,currency,prepaid
${ids.usage},${ids.customer},${ids.service},${ids.key},${ids.planVersion},${ids.decision},r:credit-risk/loan-2041,0,${times.asked},${times.asked},2026-05-05,1,501,3500000000000,true,178000000,EUR,false
`,
  },
  usageSummary: {
    reply: {
      items: [{ customer: ids.customer, service: ids.service, day: "2026-05-05", currency: "EUR", count: 1, amountNanos: "178000000" }],
    },
  },
  readMeterAccount: { reply: account },
  setCustomerLimits: { request: { monthlyQuota: 100_000, callsPerSecond: 50 }, reply: account },
  creditCustomer: {
    request: { amount: { nanos: "250000000000", currency: "EUR" }, reference: "transfer-311", note: "paid in advance" },
    reply: account,
  },
  listPlans: { reply: { items: [plan] } },
  createPlan: { request: { name: "standard", title: "Standard", currency: "EUR", timeZone: "Europe/Berlin", prices }, reply: plan },
  readPlan: { reply: plan },
  addPlanVersion: { request: { validFrom: times.later, prices }, reply: changed },
  previewInvoice: { reply: { items: [preview] } },
  previewInvoicePdf: {},
  finaliseInvoice: { request: { customer: ids.customer, month: "2026-05" }, reply: { items: [invoice] } },
  listInvoices: { reply: { items: [invoice], next: null } },
  readInvoice: { reply: invoice },
  readInvoicePdf: {},
  exportInvoiceLines: {
    reply: `line,kind,service,plan,plan_version,tier_from,tier_up_to,quantity,unit_nanos,exact_nanos,amount_nanos,currency,prepaid
1,units,Credit risk,standard,1,1,1000,8420,2000000,16840000000,16840000000,EUR,false
`,
  },
} as const;
