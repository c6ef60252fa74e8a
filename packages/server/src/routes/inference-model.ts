/** What a service tells of itself as a model of the Open Inference Protocol. */
import type { InferenceModelShape } from "@megalith/contract";
import type { Principal } from "@megalith/platform/foundation";
import type { RegistryService } from "@megalith/platform/registry";
import { chooseVersion, type ServiceCatalogue, versionsOf } from "@megalith/platform/serving";
import { describeOutputs } from "./inference-outputs.ts";
import { datatypeOf } from "./inference-tensors.ts";

interface Uses {
  readonly catalogue: ServiceCatalogue;
  readonly registry: RegistryService;
}

interface Asked {
  readonly principal: Principal;
  readonly setStatus: (status: number) => void;
}

export async function describeModel(uses: Uses, principal: Principal, model: string, version?: string): Promise<InferenceModelShape> {
  const compiled = await chooseVersion(uses, principal, model, version === undefined ? undefined : Number(version));
  const versions = await versionsOf(uses, principal, compiled);
  return {
    name: compiled.service.name,
    versions: versions.map(String),
    platform: "megalith_forest",
    inputs: compiled.champion.encoder.columns.map((column) => ({ name: column.name, datatype: datatypeOf(column.kind), shape: [-1] })),
    outputs: describeOutputs(compiled),
  };
}

/** 503 while the service is paused. */
export async function readReady(uses: Uses, call: Asked, model: string, version?: string): Promise<{ name: string; ready: boolean }> {
  const { service } = await chooseVersion(uses, call.principal, model, version === undefined ? undefined : Number(version));
  const ready = service.settings.status === "open";
  if (!ready) call.setStatus(503);
  return { name: service.name, ready };
}
