import { registryRoutes } from "@megalith/contract";
import type { RegistryService } from "@megalith/platform/registry";
import type { ServiceCatalogue } from "@megalith/platform/serving";
import { bindRoute } from "../route.ts";
import { showModel } from "./show-model.ts";

export function promoteVersion(uses: { registry: RegistryService; catalogue: ServiceCatalogue }) {
  return bindRoute(registryRoutes.promoteVersion, async (call) => {
    const { body, params, principal } = call;
    await uses.catalogue.requireFit(principal.organisation, params.model, body.number);
    const model = await uses.registry.promote(principal, params.model, body.number, body);
    uses.catalogue.forget();
    return showModel(model);
  });
}
