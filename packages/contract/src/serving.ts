/** Services and decisions: what is sold, the answers, and the truth that arrives later. */
import { type Static, Type } from "typebox";
import { MetricShape } from "./registry.ts";
import { defineRoute } from "./route.ts";
import { Actor, csvMedia, Id, List, ListQuery, Money, Name, Time, Title } from "./shapes.ts";
import { ColumnKind } from "./tables.ts";

const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()]);

export const ExplanationPolicy = Type.Object({
  kind: Type.Union([Type.Literal("none"), Type.Literal("top"), Type.Literal("all")]),
  count: Type.Optional(Type.Integer({ minimum: 1, maximum: 50, description: "Of kind top: how many reasons are shown." })),
});
export type ExplanationPolicy = Static<typeof ExplanationPolicy>;

export const ReleaseLevel = Type.Union(
  [Type.Literal("none"), Type.Literal("metrics"), Type.Literal("structure"), Type.Literal("parameters"), Type.Literal("logic")],
  {
    description: "How much of the card customers see; each level includes those before it.",
  },
);

const settings = {
  model: Name,
  explanation: ExplanationPolicy,
  release: ReleaseLevel,
  plan: Type.Union([Name, Type.Null()], { description: "Whose prices and limits hold; null for a service that is free." }),
  valueColumn: Nullable(
    Type.String({
      description:
        "The input column that carries a transaction's value, a number of currency units from 0 to below 10^24. Digits after the ninth are rounded half to even, so 0.30000000000000004 is 0.3 and 1e-7 is 0.0000001.",
    }),
  ),
  required: Type.Array(Type.String(), {
    description: "Columns that a record must have a value for; whatever stands here, a record has a value for at least one column.",
  }),
  retentionDays: Type.Integer({ minimum: 1, maximum: 36_500 }),
  status: Type.Union([Type.Literal("open"), Type.Literal("paused")]),
};

export const ServiceShape = Type.Object({
  id: Id("service"),
  name: Name,
  title: Type.String(),
  kind: Type.Literal("risk"),
  revision: Type.Integer(),
  ...settings,
  free: Type.Boolean({ description: "Answers cost nothing: the service has no plan." }),
  version: Type.Object({ number: Type.Integer(), sha256: Type.String() }),
  createdAt: Time,
  updatedAt: Time,
  updatedBy: Actor,
});
export type ServiceShape = Static<typeof ServiceShape>;

const Changeable = Type.Partial(
  Type.Object({
    title: Title,
    ...settings,
    free: Type.Boolean({
      description: "true: answers cost nothing, there is no plan. Without a plan a service is free only when this says so.",
    }),
  }),
);

export const InputColumnShape = Type.Object({
  name: Type.String(),
  kind: ColumnKind,
  required: Type.Boolean(),
  categories: Type.Optional(Type.Array(Type.String())),
  example: Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()]),
});
export type InputColumnShape = Static<typeof InputColumnShape>;

export const ServiceSchemaShape = Type.Object({
  service: Name,
  task: Type.String(),
  target: Type.String(),
  positive: Nullable(Type.String()),
  classes: Type.Array(Type.String()),
  columns: Type.Array(InputColumnShape),
});
export type ServiceSchemaShape = Static<typeof ServiceSchemaShape>;

export const ServiceCardShape = Type.Object({
  service: Name,
  title: Type.String(),
  release: ReleaseLevel,
  version: Type.Object({ number: Type.Integer(), sha256: Type.String() }),
  task: Type.String(),
  metrics: Type.Optional(Type.Record(Type.String(), MetricShape)),
  structure: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  parameters: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  logic: Type.Optional(Type.Array(Type.Unknown())),
});

/** One list of types: a union would try one after the other and make an error for each that does not fit, twenty times a record. */
const Cell = Type.Unsafe<string | number | boolean | null>({ type: ["string", "number", "boolean", "null"] });
const Reference = Type.String({
  minLength: 1,
  maxLength: 200,
  description:
    "The caller's own id of one record's decision. Without an Idempotency-Key the same reference again, alone or in any list, gives the first answer and costs nothing.",
});
const Subject = Type.String({ minLength: 1, maxLength: 200, description: "Whom the record is about, for later erasure." });

/** One record, or many of one call; every column by name. */
export const DecideBody = Type.Object(
  {
    record: Type.Optional(Type.Record(Type.String(), Cell)),
    records: Type.Optional(Type.Array(Type.Record(Type.String(), Cell), { minItems: 1, maxItems: 1000 })),
    reference: Type.Optional(Reference),
    references: Type.Optional(Type.Array(Reference, { maxItems: 1000 })),
    subject: Type.Optional(Subject),
    subjects: Type.Optional(Type.Array(Subject, { maxItems: 1000 })),
    eventTime: Type.Optional(Time),
  },
  { additionalProperties: false },
);
export type DecideBody = Static<typeof DecideBody>;

export const ReasonShape = Type.Object({
  column: Type.String(),
  value: Cell,
  contribution: Type.Number({ description: "In units of the raw score (log-odds of a binary model)." }),
  text: Type.String({ description: "The reason in words, in the language asked for." }),
});
export type ReasonShape = Static<typeof ReasonShape>;

export const DecisionShape = Type.Object({
  id: Id("decision"),
  reference: Nullable(Type.String()),
  prediction: Type.Union([Type.Number(), Type.String()], { description: "Probability of the positive class, the value, or the class." }),
  probability: Nullable(Type.Number()),
  probabilities: Type.Optional(Type.Record(Type.String(), Type.Number())),
  score: Type.Number({ description: "Raw score: base + reasons + other, exactly what is shown sums to it." }),
  base: Type.Optional(Type.Number()),
  reasons: Type.Optional(Type.Array(ReasonShape)),
  other: Type.Optional(Type.Number({ description: "What the reasons that are not shown add up to." })),
  unseen: Type.Optional(
    Type.Array(Type.String(), { description: "Columns whose category training never saw: they counted as missing. Absent without any." }),
  ),
  version: Type.Object({ number: Type.Integer(), sha256: Type.String() }),
  price: Type.Union([Money, Type.Null()], { description: "null: free, because the service is or a member asked." }),
});
export type DecisionShape = Static<typeof DecisionShape>;

export const DecideReply = Type.Object({
  decisions: Type.Array(DecisionShape),
  remaining: Nullable(Type.Integer({ description: "Decisions left in this month's quota; null without a quota." })),
});
export type DecideReply = Static<typeof DecideReply>;

export const StoredDecisionShape = Type.Object({
  id: Id("decision"),
  service: Name,
  customer: Nullable(Id("customer")),
  decision: DecisionShape,
  input: Type.Record(Type.String(), Cell),
  subject: Nullable(Type.String()),
  revision: Type.Integer(),
  eventTime: Time,
  recordedAt: Time,
  replay: Type.Object({
    identical: Type.Boolean({ description: "The stored version, asked again now with the stored input, gave the same bits." }),
  }),
  labels: Type.Array(
    Type.Object({ id: Id("label"), value: Type.Union([Type.String(), Type.Number(), Type.Boolean()]), time: Time, recordedAt: Time }),
  ),
});

export const DecisionRowShape = Type.Object({
  id: Id("decision"),
  prediction: Type.Union([Type.Number(), Type.String()]),
  reference: Nullable(Type.String()),
  customer: Nullable(Id("customer")),
  version: Type.Integer(),
  recordedAt: Time,
});

const ServiceParams = Type.Object({ service: Name });

export const servingRoutes = {
  listServices: defineRoute({
    method: "GET",
    path: "/api/v1/services",
    summary: "Lists services; a customer sees its own.",
    description: "A customer's list has only what it may use.",
    tag: "services",
    access: { kind: "customer", scope: "read", role: "viewer" },
    response: List(ServiceShape),
  }),
  createService: defineRoute({
    method: "POST",
    path: "/api/v1/services",
    summary: "Publishes a model as a service.",
    description:
      "It answers at once with the model's champion, and with each later one. With a `plan`, or with `free: true`: neither, or both, is refused.",
    tag: "services",
    access: { kind: "provider", role: "engineer" },
    body: Type.Object({ name: Name, ...Changeable.properties, model: Name }),
    status: 201,
    response: ServiceShape,
    errors: ["registry.model_not_found", "serving.service_name_taken", "serving.settings_invalid"],
  }),
  readService: defineRoute({
    method: "GET",
    path: "/api/v1/services/{service}",
    summary: "One service.",
    description: "`version` is the one that answers now.",
    tag: "services",
    access: { kind: "customer", scope: "read", role: "viewer" },
    params: ServiceParams,
    response: ServiceShape,
  }),
  changeService: defineRoute({
    method: "PATCH",
    path: "/api/v1/services/{service}",
    summary: "Changes settings as a new revision.",
    description: "Only what is sent changes, from the next call on. Earlier decisions keep the revision that answered them.",
    tag: "services",
    access: { kind: "provider", role: "engineer" },
    params: ServiceParams,
    body: Changeable,
    response: ServiceShape,
    errors: ["registry.model_not_found", "serving.settings_invalid"],
  }),
  readServiceSchema: defineRoute({
    method: "GET",
    path: "/api/v1/services/{service}/schema",
    summary: "The columns that a record has, with kinds and an example.",
    description: "Columns that are not required may be left out or null: a missing value is an answer too.",
    tag: "services",
    access: { kind: "customer", scope: "read", role: "viewer" },
    params: ServiceParams,
    response: ServiceSchemaShape,
  }),
  readServiceCard: defineRoute({
    method: "GET",
    path: "/api/v1/services/{service}/card",
    summary: "The card at the service's release level; nothing from training rows.",
    description:
      "Figures from `metrics` on, structure and importances from `structure`, how it was trained from `parameters`, the trees from `logic`.",
    tag: "services",
    access: { kind: "customer", scope: "read", role: "viewer" },
    params: ServiceParams,
    response: ServiceCardShape,
  }),
  decide: defineRoute({
    method: "POST",
    path: "/api/v1/services/{service}/decide",
    summary: "Answers one record or many: prediction, exact reasons, price.",
    description:
      "A repeat with the same Idempotency-Key and body is free and answers the same bytes, even while the service is paused; the same key with another body is 422. Without a key each reference stands for its record: those that were answered before are answered again for free, the others anew; when such an answer is no longer stored, the call is 410 and nothing of it is charged. The header `megalith-repeated` tells how many of the decisions had been given before. Every problem of every record is listed at once and nothing is metered.",
    tag: "decisions",
    access: { kind: "customer", scope: "decide", role: "analyst" },
    params: ServiceParams,
    headers: Type.Object({ "idempotency-key": Type.Optional(Type.String({ minLength: 1, maxLength: 200 })) }),
    body: DecideBody,
    holder: { one: "record", many: "records" },
    bodyLimitBytes: 4 * 1024 * 1024,
    response: DecideReply,
    errors: [
      "serving.record_invalid",
      "serving.service_paused",
      "serving.key_reused",
      "serving.reference_reused",
      "serving.decision_gone",
      "serving.quota_exceeded",
      "serving.balance_exhausted",
      "serving.rate_limited",
    ],
  }),
  listDecisions: defineRoute({
    method: "GET",
    path: "/api/v1/services/{service}/decisions",
    summary: "Latest decisions of a service, newest first; a customer sees its own.",
    description: "At most a page; all of them are in the export.",
    tag: "decisions",
    access: { kind: "customer", scope: "read", role: "analyst" },
    params: ServiceParams,
    query: ListQuery,
    response: List(DecisionRowShape),
  }),
  exportDecisions: defineRoute({
    method: "GET",
    path: "/api/v1/services/{service}/decisions.csv",
    summary: "Every stored decision of a service as CSV, newest first; a customer sees its own.",
    description:
      "Streamed; the record stands as JSON in one column, the columns whose category training never saw in another. A text that a spreadsheet would run as a formula has an apostrophe in front.",
    tag: "decisions",
    access: { kind: "customer", scope: "read", role: "analyst" },
    params: ServiceParams,
    responseType: csvMedia,
    errors: ["server.overloaded"],
  }),
  readDecision: defineRoute({
    method: "GET",
    path: "/api/v1/decisions/{decision}",
    summary: "One decision as answered, asked again of its own version to show that it is the same to the bit.",
    description: "`replay.identical` says that the stored version, asked now with the stored input, gave the same bits.",
    tag: "decisions",
    access: { kind: "customer", scope: "read", role: "analyst" },
    params: Type.Object({ decision: Id("decision") }),
    response: StoredDecisionShape,
    errors: ["serving.decision_gone"],
  }),
  recordLabels: defineRoute({
    method: "POST",
    path: "/api/v1/labels",
    summary: "Records what turned out to be true; append-only, repeats are harmless.",
    description:
      "All or nothing. Each label names a decision of the caller's, a value that the target of the version which answered can have, and a time that is not to come. What is said beside the decision's id, its service and its reference, must be so.",
    errors: ["request.not_found", "serving.label_unmatched", "serving.label_invalid"],
    tag: "decisions",
    access: { kind: "customer", scope: "label", role: "analyst" },
    body: Type.Object({
      labels: Type.Array(
        Type.Object({
          decision: Type.Optional(Id("decision")),
          service: Type.Optional(Name),
          reference: Type.Optional(Reference),
          value: Type.Union([Type.String({ maxLength: 200 }), Type.Number(), Type.Boolean()], {
            description:
              "A number of a regression; else a class of the target. Of two classes also 0, false (not positive), 1, true (positive), unless a class is named so and the other is not.",
          }),
          time: Time,
        }),
        { minItems: 1, maxItems: 1000 },
      ),
    }),
    response: Type.Object({ recorded: Type.Integer(), repeated: Type.Integer() }),
  }),
  eraseSubject: defineRoute({
    method: "DELETE",
    path: "/api/v1/subjects/{subject}",
    summary: "Erases what decisions hold about a subject; usage and invoices stay.",
    description:
      "Input, reference and subject are erased for good; what was used and paid stays, without them. A customer erases what its own decisions hold; a member of the provider those of every customer, as the same text may name another person elsewhere, unless `customer` names one.",
    tag: "decisions",
    access: { kind: "customer", scope: "erase", role: "owner" },
    params: Type.Object({ subject: Subject }),
    query: Type.Object({ customer: Type.Optional(Id("customer")) }),
    response: Type.Object({ erased: Type.Integer() }),
  }),
} as const;
