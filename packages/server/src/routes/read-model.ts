import { registryRoutes } from "@megalith/contract";
import type { RegistryService } from "@megalith/platform/registry";
import { bindRoute } from "../route.ts";
import { showModel } from "./show-model.ts";

export function readModel(uses: { registry: RegistryService }) {
  return bindRoute(registryRoutes.readModel, async (call) => {
    return showModel(await uses.registry.model(call.principal.organisation, call.params.model));
  });
}
