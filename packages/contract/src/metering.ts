/** Usage: the ledger read back, sums by customer, service and day, and a customer's limits and prepaid balance. */
import { type Static, Type } from "typebox";
import { defineRoute } from "./route.ts";
import { Currency, countLimit, csvMedia, Day, Id, List, ListQuery, Money, Nanos, Time } from "./shapes.ts";

const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()]);

export const UsageShape = Type.Object({
  id: Id("usage"),
  customer: Id("customer"),
  service: Id("service"),
  key: Nullable(Id("key")),
  planVersion: Nullable(Id("planVersion")),
  decision: Id("decision"),
  factKey: Type.String(),
  factIndex: Type.Integer(),
  eventTime: Time,
  recordedAt: Time,
  day: Day,
  dayOrdinal: Type.Integer({ description: "Which unit of the plan's day this was, from 1." }),
  monthOrdinal: Type.Integer({ description: "Which unit of the plan's month this was, from 1." }),
  valueNanos: Nullable(Nanos),
  withReasons: Type.Boolean(),
  price: Nullable(Money),
  prepaid: Type.Boolean({ description: "Taken from the prepaid balance." }),
});
export type UsageShape = Static<typeof UsageShape>;

export const UsageSumShape = Type.Object({
  customer: Id("customer"),
  service: Id("service"),
  day: Day,
  currency: Nullable(Currency),
  count: Type.Integer(),
  amountNanos: Nanos,
});
export type UsageSumShape = Static<typeof UsageSumShape>;

export const MeterAccountShape = Type.Object({
  customer: Id("customer"),
  monthlyQuota: Nullable(Type.Integer({ minimum: 0, maximum: countLimit, description: "Decisions a month; null is no quota." })),
  callsPerSecond: Nullable(Type.Integer({ minimum: 1, maximum: 100_000, description: "Null is no limit." })),
  balance: Nullable(Money),
  usedThisMonth: Type.Integer(),
});
export type MeterAccountShape = Static<typeof MeterAccountShape>;

const customerParams = Type.Object({ customer: Id("customer") });
const period = {
  customer: Type.Optional(Id("customer")),
  service: Type.Optional(Id("service")),
  from: Type.Optional(Day),
  to: Type.Optional(Day),
};

export const meteringRoutes = {
  listUsage: defineRoute({
    method: "GET",
    path: "/api/v1/usage",
    summary: "Rows of the ledger, newest first; a customer sees its own.",
    description: "`from` and `to` are days of the plan's zone, both included; without them, the last 31 days.",
    tag: "usage",
    access: { kind: "customer", scope: "read", role: "viewer" },
    query: Type.Object({ ...period, ...ListQuery.properties }),
    response: List(UsageShape),
  }),
  exportUsage: defineRoute({
    method: "GET",
    path: "/api/v1/usage.csv",
    summary: "Rows of the ledger as CSV, all of the period, newest first; a customer sees its own.",
    description:
      "As of one moment, streamed. Money is whole nano-units. A text that a spreadsheet would run as a formula has an apostrophe in front.",
    tag: "usage",
    access: { kind: "customer", scope: "read", role: "viewer" },
    query: Type.Object(period),
    responseType: csvMedia,
    errors: ["server.overloaded"],
  }),
  usageSummary: defineRoute({
    method: "GET",
    path: "/api/v1/usage/summary",
    summary: "Counts and amounts by customer, service, day and currency; a customer sees its own.",
    description: "Days are those of the plan's time zone.",
    tag: "usage",
    access: { kind: "customer", scope: "read", role: "viewer" },
    query: Type.Object(period),
    response: Type.Object({ items: Type.Array(UsageSumShape) }),
  }),
  readMeterAccount: defineRoute({
    method: "GET",
    path: "/api/v1/customers/{customer}/account",
    summary: "A customer's limits, prepaid balance and use of this month.",
    description: "`balance` is null for a customer that pays by invoice.",
    tag: "usage",
    access: { kind: "customer", scope: "read", role: "viewer" },
    params: customerParams,
    response: MeterAccountShape,
  }),
  setCustomerLimits: defineRoute({
    method: "PUT",
    path: "/api/v1/customers/{customer}/limits",
    summary: "Sets a customer's monthly quota and rate; null takes the limit away.",
    description: "In force with the next call. Calls over a limit answer 429 and cost nothing.",
    tag: "usage",
    access: { kind: "provider", role: "engineer" },
    params: customerParams,
    body: Type.Pick(MeterAccountShape, ["monthlyQuota", "callsPerSecond"]),
    response: MeterAccountShape,
  }),
  creditCustomer: defineRoute({
    method: "POST",
    path: "/api/v1/customers/{customer}/credits",
    summary: "Adds to a customer's prepaid balance; the same reference again is harmless.",
    description:
      "With the first credit a customer becomes prepaid: calls are paid from the balance and refused with 402 when it does not cover them.",
    tag: "usage",
    access: { kind: "provider", role: "owner" },
    params: customerParams,
    body: Type.Object({
      amount: Money,
      reference: Type.String({ minLength: 1, maxLength: 200 }),
      note: Type.Optional(Type.String({ maxLength: 500 })),
    }),
    response: MeterAccountShape,
    errors: ["metering.currency_differs", "metering.credit_reused"],
  }),
} as const;
