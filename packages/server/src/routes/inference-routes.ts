/** Routes of the Open Inference Protocol: each with and without a version in its path. */
import { inferenceRoutes } from "@megalith/contract";
import { type BoundRoute, bindRoute } from "../route.ts";
import { answerInference, type InferenceUses } from "./inference-infer.ts";
import { describeModel, readReady } from "./inference-model.ts";

const extensions = ["explain"];

export function inferenceRoutesOf(uses: InferenceUses & { readonly release: string }): BoundRoute[] {
  const server = { name: "megalith", version: uses.release, extensions };
  return [
    bindRoute(inferenceRoutes.readInferenceServer, async () => server),
    bindRoute(inferenceRoutes.readInferenceRoot, async () => server),
    bindRoute(inferenceRoutes.readInferenceModel, (call) => describeModel(uses, call.principal, call.params.model)),
    bindRoute(inferenceRoutes.readInferenceVersion, (call) => describeModel(uses, call.principal, call.params.model, call.params.version)),
    bindRoute(inferenceRoutes.readInferenceModelReady, (call) => readReady(uses, call, call.params.model)),
    bindRoute(inferenceRoutes.readInferenceVersionReady, (call) => readReady(uses, call, call.params.model, call.params.version)),
    bindRoute(inferenceRoutes.infer, (call) => answerInference(uses, call, call.params.model)),
    bindRoute(inferenceRoutes.inferVersion, (call) => answerInference(uses, call, call.params.model, call.params.version)),
  ];
}
