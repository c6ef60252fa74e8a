/**
 * Plans and invoices.
 *
 * A plan's currency and time zone never change; its prices change by versions with a validity. An invoice is a pure
 * function of usage and plan: one a customer, month and currency; each line is rounded once, lines sum to the total.
 */
import { type Static, Type } from "typebox";
import { formed } from "./forms.ts";
import { defineRoute } from "./route.ts";
import {
  Actor,
  BillingIdentityShape,
  Currency,
  countLimit,
  csvMedia,
  Id,
  List,
  ListQuery,
  Month,
  Name,
  Nanos,
  Time,
  Title,
} from "./shapes.ts";

const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()]);
const NanosFromZero = Type.String(formed("nanosFromZero", "Money; one unit of the currency is 1,000,000,000 nano-units."));

/** What a plan version asks for; everything may be left out except the tiers. */
export const PricesShape = Type.Object({
  tiers: Type.Array(
    Type.Object({
      upTo: Nullable(
        Type.Integer({ minimum: 1, maximum: countLimit, description: "The last unit of the day at this price; null in the last tier." }),
      ),
      priceNanos: NanosFromZero,
    }),
    { minItems: 1, maxItems: 50, description: "Price of a unit by its number within the day." },
  ),
  valueShare: Nullable(
    Type.Object({
      hundredthsOfBasisPoint: Type.Integer({ minimum: 1, maximum: 1_000_000, description: "Millionths of the transaction's value." }),
      floorNanos: NanosFromZero,
      capNanos: Nullable(NanosFromZero),
    }),
  ),
  reasonsSurchargeNanos: NanosFromZero,
  monthlyFeeNanos: NanosFromZero,
  includedUnits: Type.Integer({
    minimum: 0,
    maximum: 1_000_000_000_000,
    description: "Units of a month whose unit price is paid by the monthly fee.",
  }),
});
export type PricesShape = Static<typeof PricesShape>;

export const PlanVersionShape = Type.Object({
  id: Id("planVersion"),
  number: Type.Integer(),
  validFrom: Time,
  prices: PricesShape,
  createdAt: Time,
  createdBy: Actor,
});
export type PlanVersionShape = Static<typeof PlanVersionShape>;

export const PlanShape = Type.Object({
  id: Id("plan"),
  name: Name,
  title: Type.String(),
  currency: Currency,
  timeZone: Type.String(),
  createdAt: Time,
  createdBy: Actor,
  versions: Type.Array(PlanVersionShape, { description: "Newest first." }),
});
export type PlanShape = Static<typeof PlanShape>;

export const InvoiceLineShape = Type.Object({
  kind: Type.Union([
    Type.Literal("units"),
    Type.Literal("included"),
    Type.Literal("value_share"),
    Type.Literal("reasons_surcharge"),
    Type.Literal("monthly_fee"),
  ]),
  service: Nullable(Type.String({ description: "Name of the service; null for a fee." })),
  plan: Name,
  planVersion: Type.Integer(),
  tier: Nullable(Type.Object({ from: Type.Integer(), upTo: Nullable(Type.Integer()) })),
  quantity: Type.Integer(),
  unitNanos: Nullable(Nanos),
  exactNanos: Nanos,
  amountNanos: Nanos,
  prepaid: Type.Boolean(),
});
export type InvoiceLineShape = Static<typeof InvoiceLineShape>;

/** As it was when it was issued. One that was issued before invoices named seller and buyer has no identities. */
export const InvoiceShape = Type.Object({
  id: Nullable(Id("invoice")),
  number: Nullable(Type.String({ description: "Without a gap within the provider, for example INV-2026-000001; null in a preview." })),
  status: Type.Union([Type.Literal("preview"), Type.Literal("final")]),
  seller: Type.String(),
  sellerIdentity: Type.Optional(BillingIdentityShape),
  customer: Id("customer"),
  customerName: Type.String(),
  customerIdentity: Type.Optional(BillingIdentityShape),
  month: Month,
  currency: Currency,
  lines: Type.Array(InvoiceLineShape),
  exactNanos: Nanos,
  totalNanos: Nanos,
  prepaidNanos: Nanos,
  dueNanos: Nanos,
  issuedAt: Nullable(Time),
});
export type InvoiceShape = Static<typeof InvoiceShape>;

const InvoiceOf = Type.Object({ customer: Type.Optional(Id("customer")), month: Month });

/** A link that a browser follows cannot say it by Accept-Language. */
const DocumentLanguage = Type.Optional(
  Type.Union([Type.Literal("en"), Type.Literal("zh-CN")], { description: "Of the document; without it as Accept-Language asks." }),
);

export const billingRoutes = {
  listPlans: defineRoute({
    method: "GET",
    path: "/api/v1/plans",
    summary: "Lists plans with their versions.",
    description: "Versions newest first, those that begin later too.",
    tag: "billing",
    access: { kind: "provider", role: "viewer" },
    response: Type.Object({ items: Type.Array(PlanShape) }),
  }),
  createPlan: defineRoute({
    method: "POST",
    path: "/api/v1/plans",
    summary: "Makes a plan with its first version, in force at once.",
    description: 'Prices are nano-units as text: `"2000000"` is 0.002 of the currency. Currency and time zone never change.',
    tag: "billing",
    access: { kind: "provider", role: "owner" },
    body: Type.Object({
      name: Name,
      title: Type.Optional(Title),
      currency: Currency,
      timeZone: Type.String({ maxLength: 60 }),
      prices: PricesShape,
    }),
    status: 201,
    response: PlanShape,
    errors: ["billing.plan_name_taken", "billing.plan_invalid"],
  }),
  readPlan: defineRoute({
    method: "GET",
    path: "/api/v1/plans/{plan}",
    summary: "One plan.",
    description: "With all its versions, newest first.",
    tag: "billing",
    access: { kind: "provider", role: "viewer" },
    params: Type.Object({ plan: Name }),
    response: PlanShape,
    errors: ["billing.plan_not_found"],
  }),
  addPlanVersion: defineRoute({
    method: "POST",
    path: "/api/v1/plans/{plan}/versions",
    summary: "Changes a plan's prices from a time on; what was used before keeps its price.",
    description: "Without `validFrom` at once; never earlier than the version before.",
    tag: "billing",
    access: { kind: "provider", role: "owner" },
    params: Type.Object({ plan: Name }),
    body: Type.Object({ validFrom: Type.Optional(Time), prices: PricesShape }),
    status: 201,
    response: PlanShape,
    errors: ["billing.plan_not_found", "billing.plan_invalid"],
  }),
  previewInvoice: defineRoute({
    method: "GET",
    path: "/api/v1/invoices/preview",
    summary: "What a month comes to so far, one invoice a currency; a customer sees its own.",
    description: "The same function of usage and plans that the final invoice is made by.",
    tag: "billing",
    access: { kind: "customer", scope: "read", role: "viewer" },
    query: InvoiceOf,
    response: Type.Object({ items: Type.Array(InvoiceShape) }),
  }),
  previewInvoicePdf: defineRoute({
    method: "GET",
    path: "/api/v1/invoices/preview.pdf",
    summary: "What a month comes to so far as a PDF that says it is a preview, in the language asked for; a customer sees its own.",
    description:
      "With `currency` where a month has invoices in two. A month without anything to pay answers 404; one that was issued answers 409.",
    tag: "billing",
    access: { kind: "customer", scope: "read", role: "viewer" },
    query: Type.Object({ ...InvoiceOf.properties, currency: Type.Optional(Currency), language: DocumentLanguage }),
    responseType: "application/pdf",
    errors: ["billing.invoice_issued"],
  }),
  finaliseInvoice: defineRoute({
    method: "POST",
    path: "/api/v1/invoices",
    summary: "Issues a month's invoices, one a currency; again gives the same invoices.",
    description: "Numbers have no gap. A month can be issued when it is over in every time zone of its plans.",
    tag: "billing",
    access: { kind: "provider", role: "owner" },
    body: Type.Object({ customer: Id("customer"), month: Month }),
    response: Type.Object({ items: Type.Array(InvoiceShape) }),
    errors: ["billing.month_open"],
  }),
  listInvoices: defineRoute({
    method: "GET",
    path: "/api/v1/invoices",
    summary: "Issued invoices, newest first; a customer sees its own.",
    description: "An issued invoice never changes.",
    tag: "billing",
    access: { kind: "customer", scope: "read", role: "viewer" },
    query: Type.Object({ customer: Type.Optional(Id("customer")), ...ListQuery.properties }),
    response: List(InvoiceShape),
  }),
  readInvoice: defineRoute({
    method: "GET",
    path: "/api/v1/invoices/{invoice}",
    summary: "One issued invoice.",
    description: "Each line is rounded once, half to even; the lines sum to the total.",
    tag: "billing",
    access: { kind: "customer", scope: "read", role: "viewer" },
    params: Type.Object({ invoice: Id("invoice") }),
    response: InvoiceShape,
  }),
  readInvoicePdf: defineRoute({
    method: "GET",
    path: "/api/v1/invoices/{invoice}/pdf",
    summary: "One issued invoice as a PDF, in the language asked for.",
    description: "Without `language` as Accept-Language asks. Names of any script are printed.",
    tag: "billing",
    access: { kind: "customer", scope: "read", role: "viewer" },
    params: Type.Object({ invoice: Id("invoice") }),
    query: Type.Object({ language: DocumentLanguage }),
    responseType: "application/pdf",
  }),
  exportInvoiceLines: defineRoute({
    method: "GET",
    path: "/api/v1/invoices/{invoice}/lines.csv",
    summary: "The lines of one issued invoice as CSV; their amounts sum to the invoice's total.",
    description: "Money is whole nano-units. A text that a spreadsheet would run as a formula has an apostrophe in front.",
    tag: "billing",
    access: { kind: "customer", scope: "read", role: "viewer" },
    params: Type.Object({ invoice: Id("invoice") }),
    responseType: csvMedia,
  }),
} as const;
