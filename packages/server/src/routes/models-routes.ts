/** Routes of models and versions. */
import type { RegistryService } from "@megalith/platform/registry";
import type { ServiceCatalogue } from "@megalith/platform/serving";
import type { BoundRoute } from "../route.ts";
import { addModelVersion } from "./add-model-version.ts";
import { listChampions } from "./list-champions.ts";
import { listModelVersions } from "./list-model-versions.ts";
import { listModels } from "./list-models.ts";
import { promoteVersion } from "./promote-version.ts";
import { readArtifact } from "./read-artifact.ts";
import { readModel } from "./read-model.ts";
import { readModelVersion } from "./read-model-version.ts";
import { rollBackChampion } from "./roll-back-champion.ts";

export function modelsRoutes(uses: { registry: RegistryService; catalogue: ServiceCatalogue }): BoundRoute[] {
  return [
    listModels(uses),
    readModel(uses),
    listModelVersions(uses),
    addModelVersion(uses),
    readModelVersion(uses),
    readArtifact(uses),
    promoteVersion(uses),
    rollBackChampion(uses),
    listChampions(uses),
  ];
}
