/** The front door of the registry. */
export { cardOfArtifact } from "./artifact-card.ts";
export { ArtifactStore } from "./artifacts.ts";
export type { Card, Champion, Metric, Model, Task, Version } from "./model.ts";
export { championChannel, type NewVersion, RegistryService } from "./service.ts";
