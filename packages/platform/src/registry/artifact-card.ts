/** The card of an artifact that arrived without one: what its own bytes tell. */
import { MegalithError } from "@megalith/contract";
import { decodeForest, ForestError } from "@megalith/forest";
import type { Card } from "./model.ts";

/** @throws MegalithError "registry.artifact_invalid". */
export function cardOfArtifact(artifact: Uint8Array): Card {
  try {
    const forest = decodeForest(artifact);
    const features = forest.features.map(({ name, kind }) => ({ name, kind }));
    const gains = forest.features.map(({ name }, index) => ({
      name,
      gain: forest.importances.gain[index] as number,
      splits: forest.importances.splits[index] as number,
    }));
    gains.sort((a, b) => b.gain - a.gain);
    return { ...forest.metadata, task: forest.task, metrics: {}, columns: features, importances: gains };
  } catch (cause) {
    if (cause instanceof ForestError) throw new MegalithError("registry.artifact_invalid", { values: { reason: cause.message }, cause });
    throw cause;
  }
}
