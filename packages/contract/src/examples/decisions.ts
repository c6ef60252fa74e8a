import type { DecisionShape, ServiceSchemaShape, ServiceShape } from "../serving.ts";
import { ids, owner, times, version } from "./story.ts";

const service: ServiceShape = {
  id: ids.service,
  name: "credit-risk",
  title: "Credit risk",
  kind: "risk",
  revision: 3,
  model: "credit-risk",
  explanation: { kind: "top", count: 5 },
  release: "structure",
  plan: "standard",
  free: false,
  valueColumn: "amount",
  required: ["duration"],
  retentionDays: 365,
  status: "open",
  version,
  createdAt: times.made,
  updatedAt: times.made,
  updatedBy: owner,
};
const schema: ServiceSchemaShape = {
  service: "credit-risk",
  task: "binary",
  target: "outcome",
  positive: "bad",
  classes: ["good", "bad"],
  columns: [
    { name: "duration", kind: "numeric", required: true, example: 18 },
    { name: "amount", kind: "numeric", required: false, example: 2320 },
    {
      name: "purpose",
      kind: "category",
      required: false,
      categories: ["car (new)", "education", "radio/television"],
      example: "car (new)",
    },
  ],
};
const record = { duration: 24, amount: 3500, purpose: "car (new)" };
const decision: DecisionShape = {
  id: ids.decision,
  reference: "loan-2041",
  prediction: 0.11920292202211755,
  probability: 0.11920292202211755,
  score: -2,
  base: -1.25,
  reasons: [
    { column: "purpose", value: "car (new)", contribution: -1, text: "purpose = car (new) lowers the score by 1.00" },
    { column: "duration", value: 24, contribution: 0.5, text: "duration = 24 raises the score by 0.500" },
  ],
  other: -0.25,
  version,
  price: { nanos: "3000000", currency: "EUR" },
};
const card = {
  service: "credit-risk",
  title: "Credit risk",
  release: "structure",
  version,
  task: "binary",
  metrics: { auc: { value: 0.797, low: 0.766, high: 0.826 } },
  structure: { trees: 120, leaves: 960, columns: [{ name: "duration", kind: "numeric" }] },
} as const;
const inference = {
  name: "credit-risk",
  versions: ["2"],
  platform: "megalith_forest",
  inputs: [
    { name: "duration", datatype: "FP64", shape: [-1] },
    { name: "purpose", datatype: "BYTES", shape: [-1] },
  ],
  outputs: [
    { name: "prediction", datatype: "FP64", shape: [-1] },
    { name: "probability", datatype: "FP64", shape: [-1] },
  ],
};
const infer = {
  request: {
    id: "batch-7",
    parameters: { explain: "shap" },
    inputs: [
      { name: "duration", datatype: "INT64", shape: [2], data: [24, null] },
      { name: "purpose", datatype: "BYTES", shape: [2], data: ["car (new)", "education"] },
    ],
  },
  reply: {
    model_name: "credit-risk",
    model_version: "2",
    id: "batch-7",
    outputs: [
      { name: "prediction", datatype: "FP64", shape: [2], data: [0.119, 0.308] },
      { name: "probability", datatype: "FP64", shape: [2], data: [0.119, 0.308] },
    ],
  },
};
const server = { name: "megalith", version: "0.1.0", extensions: ["explain"] };

export const decisionsExamples = {
  listServices: { reply: { items: [service], next: null } },
  createService: {
    request: {
      name: "credit-risk",
      title: "Credit risk",
      model: "credit-risk",
      plan: "standard",
      explanation: { kind: "top", count: 5 },
      valueColumn: "amount",
      required: ["duration"],
    },
    reply: service,
  },
  readService: { reply: service },
  changeService: { request: { explanation: { kind: "all" } }, reply: { ...service, revision: 4, explanation: { kind: "all" } } },
  readServiceSchema: { reply: schema },
  readServiceCard: { reply: card },
  decide: { request: { record, reference: "loan-2041", subject: "person-77" }, reply: { decisions: [decision], remaining: 99_999 } },
  listDecisions: {
    reply: {
      items: [
        {
          id: ids.decision,
          prediction: decision.prediction,
          reference: "loan-2041",
          customer: ids.customer,
          version: 2,
          recordedAt: times.asked,
        },
      ],
      next: null,
    },
  },
  exportDecisions: {
    reply: `id,recorded_at,event_time,customer,reference,version,prediction,probability,score,record
${ids.decision},${times.asked},${times.asked},${ids.customer},loan-2041,2,0.11920292202211755,0.11920292202211755,-2,"{""duration"":24,""amount"":3500,""purpose"":""car (new)""}"
`,
  },
  readDecision: {
    reply: {
      id: ids.decision,
      service: "credit-risk",
      customer: ids.customer,
      decision,
      input: record,
      subject: "person-77",
      revision: 3,
      eventTime: times.asked,
      recordedAt: times.asked,
      replay: { identical: true },
      labels: [{ id: ids.label, value: "good", time: times.truth, recordedAt: "2026-07-01T06:00:00.000Z" }],
    },
  },
  recordLabels: {
    request: { labels: [{ service: "credit-risk", reference: "loan-2041", value: "good", time: times.truth }] },
    reply: { recorded: 1, repeated: 0 },
  },
  eraseSubject: { reply: { erased: 1 } },
  readInferenceServer: { reply: server },
  readInferenceRoot: { reply: server },
  readInferenceModel: { reply: inference },
  readInferenceVersion: { reply: inference },
  readInferenceModelReady: { reply: { name: "credit-risk", ready: true } },
  readInferenceVersionReady: { reply: { name: "credit-risk", ready: true } },
  infer,
  inferVersion: infer,
  readLiveness: { reply: { live: true } },
  readReadiness: { reply: { ready: true } },
  readOpenapi: { reply: { openapi: "3.1.1" } },
  readReferencePage: {},
  readReferenceScript: {},
  readReferenceStyle: {},
  readMetrics: {
    reply: `# HELP megalith_requests_total Answered requests.
# TYPE megalith_requests_total counter
megalith_requests_total{route="/api/v1/services/:service/decide",method="POST",code="200"} 1
`,
  },
} as const;
