import { registryRoutes } from "@megalith/contract";
import type { RegistryService } from "@megalith/platform/registry";
import { bindRoute } from "../route.ts";
import { showModel } from "./show-model.ts";

export function listModels(uses: { registry: RegistryService }) {
  return bindRoute(registryRoutes.listModels, async (call) => {
    return { items: (await uses.registry.models(call.principal.organisation)).map(showModel), next: null };
  });
}
