import { registryRoutes } from "@megalith/contract";
import type { RegistryService } from "@megalith/platform/registry";
import type { ServiceCatalogue } from "@megalith/platform/serving";
import { bindRoute } from "../route.ts";
import { showModel } from "./show-model.ts";

export function rollBackChampion(uses: { registry: RegistryService; catalogue: ServiceCatalogue }) {
  return bindRoute(registryRoutes.rollBackChampion, async (call) => {
    const model = await uses.registry.rollBack(call.principal, call.params.model, call.body);
    uses.catalogue.forget();
    return showModel(model);
  });
}
