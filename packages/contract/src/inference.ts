/**
 * Open Inference Protocol v2, REST in JSON: a service stands as a model, its model's version numbers as versions.
 *
 * One named input per column; BYTES carries category and date text; null is a missing value; a wrong type is an error.
 * `id` is echoed and is no idempotency key: that is the header, as on decide.
 * Source: kserve/open-inference-protocol, specification of REST.
 */
import { type Static, Type } from "typebox";
import type { ErrorCode } from "./errors.ts";
import { formed } from "./forms.ts";
import { defineRoute } from "./route.ts";
import { Name } from "./shapes.ts";

export const Datatype = Type.Union(
  ["BOOL", "UINT8", "UINT16", "UINT32", "UINT64", "INT8", "INT16", "INT32", "INT64", "FP16", "FP32", "FP64", "BYTES"].map((name) =>
    Type.Literal(name),
  ),
);

const ParameterValue = Type.Union([Type.String({ maxLength: 1000 }), Type.Number(), Type.Boolean()]);
const Parameters = Type.Optional(Type.Record(Type.String(), ParameterValue));
const Shape = Type.Array(Type.Integer({ minimum: -1, maximum: 1_000_000_000 }), { maxItems: 8 });
const TensorName = Type.String({ maxLength: 500 });

export const TensorMetadataShape = Type.Object({ name: Type.String(), datatype: Type.String(), shape: Shape, parameters: Parameters });

export const InferenceTensorShape = Type.Object({
  name: TensorName,
  shape: Shape,
  datatype: Type.String({ maxLength: 20, description: "BOOL, UINT8 to INT64, FP32, FP64 or BYTES (text)." }),
  parameters: Parameters,
  data: Type.Array(Type.Unknown(), { description: "Row-major, flat or nested; null is a missing value." }),
});
export type InferenceTensorShape = Static<typeof InferenceTensorShape>;

export const InferenceRequest = Type.Object({
  id: Type.Optional(Type.String({ maxLength: 200, description: "Echoed in the reply; no idempotency key." })),
  parameters: Type.Optional(
    Type.Record(Type.String(), ParameterValue, {
      description: '{"explain":"shap"} asks for contributions as far as the service\'s explanation policy shows them.',
    }),
  ),
  inputs: Type.Array(InferenceTensorShape, { maxItems: 100_000 }),
  outputs: Type.Optional(Type.Array(Type.Object({ name: TensorName, parameters: Parameters }), { maxItems: 20 })),
});
export type InferenceRequest = Static<typeof InferenceRequest>;

export const InferenceReply = Type.Object({
  model_name: Name,
  model_version: Type.String(),
  id: Type.Optional(Type.String()),
  parameters: Parameters,
  outputs: Type.Array(InferenceTensorShape),
});
export type InferenceReply = Static<typeof InferenceReply>;

export const InferenceModelShape = Type.Object({
  name: Name,
  versions: Type.Array(Type.String()),
  platform: Type.String(),
  inputs: Type.Array(TensorMetadataShape),
  outputs: Type.Array(TensorMetadataShape),
});
export type InferenceModelShape = Static<typeof InferenceModelShape>;

/** Every error reply under /v2. */
export const InferenceErrorReply = Type.Object({ error: Type.String() });

const InferenceServerShape = Type.Object({ name: Type.String(), version: Type.String(), extensions: Type.Array(Type.String()) });
const InferenceReadyShape = Type.Object({ name: Name, ready: Type.Boolean() });
const ModelParams = Type.Object({ model: Name });
const VersionParams = Type.Object({ model: Name, version: Type.String(formed("versionNumber")) });
const Headers = Type.Object({ "idempotency-key": Type.Optional(Type.String({ minLength: 1, maxLength: 200 })) });

const mayRead = { kind: "customer", scope: "read", role: "viewer" } as const;
const mayDecide = { kind: "customer", scope: "decide", role: "analyst" } as const;
const inferErrors: readonly ErrorCode[] = [
  "serving.record_invalid",
  "serving.service_paused",
  "serving.key_reused",
  "serving.decision_gone",
  "serving.quota_exceeded",
  "serving.balance_exhausted",
  "serving.rate_limited",
];
const inferLimitBytes = 4 * 1024 * 1024;
const inferWords =
  "Outputs: prediction, probability, decision_id and, when asked for by name or by the parameter explain, contributions (one column per feature in the model's order, the last is the bias; null where the service's policy shows none) and contributions_other (what is not shown adds up to). Metered and priced as decide.";

export const inferenceRoutes = {
  readInferenceServer: defineRoute({
    method: "GET",
    path: "/v2",
    summary: "Name, version and extensions of this server.",
    description: "Metadata of a server as the Open Inference Protocol wants it.",
    tag: "inference",
    access: { kind: "known" },
    response: InferenceServerShape,
  }),
  readInferenceRoot: defineRoute({
    method: "GET",
    path: "/v2/",
    summary: "The same under the address that some clients ask.",
    description: "Some clients of the protocol ask with a slash at the end.",
    tag: "inference",
    access: { kind: "known" },
    response: InferenceServerShape,
  }),
  readInferenceModel: defineRoute({
    method: "GET",
    path: "/v2/models/{model}",
    summary: "A service's inputs and outputs, at its champion.",
    description: "One input a column; BYTES carries categories and dates as text.",
    tag: "inference",
    access: mayRead,
    params: ModelParams,
    response: InferenceModelShape,
  }),
  readInferenceVersion: defineRoute({
    method: "GET",
    path: "/v2/models/{model}/versions/{version}",
    summary: "A service's inputs and outputs, at one version of its model.",
    description: "A customer sees versions that are or were champion.",
    tag: "inference",
    access: mayRead,
    params: VersionParams,
    response: InferenceModelShape,
    errors: ["registry.version_not_found"],
  }),
  readInferenceModelReady: defineRoute({
    method: "GET",
    path: "/v2/models/{model}/ready",
    summary: "200 when the service answers, 503 while it is paused.",
    description: "For load balancers and clients of the protocol.",
    tag: "inference",
    access: mayRead,
    params: ModelParams,
    response: InferenceReadyShape,
  }),
  readInferenceVersionReady: defineRoute({
    method: "GET",
    path: "/v2/models/{model}/versions/{version}/ready",
    summary: "200 when the service answers with this version.",
    description: "For clients that name a version.",
    tag: "inference",
    access: mayRead,
    params: VersionParams,
    response: InferenceReadyShape,
    errors: ["registry.version_not_found"],
  }),
  infer: defineRoute({
    method: "POST",
    path: "/v2/models/{model}/infer",
    summary: "Answers a batch of records given as one tensor per column, by the service's champion.",
    description: inferWords,
    tag: "inference",
    access: mayDecide,
    params: ModelParams,
    headers: Headers,
    body: InferenceRequest,
    bodyLimitBytes: inferLimitBytes,
    response: InferenceReply,
    errors: inferErrors,
  }),
  inferVersion: defineRoute({
    method: "POST",
    path: "/v2/models/{model}/versions/{version}/infer",
    summary: "The same by one version; a customer may name versions that are or were champion.",
    description: inferWords,
    tag: "inference",
    access: mayDecide,
    params: VersionParams,
    headers: Headers,
    body: InferenceRequest,
    bodyLimitBytes: inferLimitBytes,
    response: InferenceReply,
    errors: [...inferErrors, "registry.version_not_found"],
  }),
} as const;
