/** The front door of the registry. */
export { cardOfArtifact, importancesOf } from "./artifact-card.ts";
export { ArtifactStore } from "./artifacts.ts";
export { joinCard, splitCard } from "./carded-artifact.ts";
export type { AddedVersion, Card, Champion, Metric, Model, Task, Version } from "./model.ts";
export { type ChampionChange, championChannel, type NewVersion, RegistryService } from "./service.ts";
