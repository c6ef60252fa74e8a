import { registryRoutes } from "@megalith/contract";
import type { RegistryService } from "@megalith/platform/registry";
import { bindRoute } from "../route.ts";
import { showVersion } from "./show-model.ts";

export function listModelVersions(uses: { registry: RegistryService }) {
  return bindRoute(registryRoutes.listModelVersions, async (call) => {
    return { items: (await uses.registry.versions(call.principal.organisation, call.params.model)).map(showVersion), next: null };
  });
}
