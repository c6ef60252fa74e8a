/** The card of an artifact that arrived without one: what its own bytes tell. */
import { MegalithError } from "@megalith/contract";
import { decodeForest, type Forest, ForestError } from "@megalith/forest";
import type { Card } from "./model.ts";

/** @throws MegalithError "registry.artifact_invalid". */
export function cardOfArtifact(artifact: Uint8Array): Card {
  try {
    const forest = decodeForest(artifact);
    const features = forest.features.map(({ name, kind }) => ({ name, kind }));
    return { ...forest.metadata, task: forest.task, metrics: {}, columns: features, importances: importancesOf(forest) };
  } catch (cause) {
    if (cause instanceof ForestError) throw new MegalithError("registry.artifact_invalid", { values: { reason: cause.message }, cause });
    throw cause;
  }
}

export interface Importance {
  readonly column: string;
  /** Of what all columns gained, 0 to 1. */
  readonly share: number;
  readonly splits: number;
}

/** Of every column, the largest share first. */
export function importancesOf({ features, importances }: Forest): Importance[] {
  const total = importances.gain.reduce((sum, gain) => sum + gain, 0) || 1;
  const all = features.map(({ name }, index) => ({
    column: name,
    share: (importances.gain[index] as number) / total,
    splits: importances.splits[index] as number,
  }));
  return all.sort((a, b) => b.share - a.share);
}
