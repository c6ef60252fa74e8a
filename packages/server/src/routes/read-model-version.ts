import { registryRoutes } from "@megalith/contract";
import type { RegistryService } from "@megalith/platform/registry";
import { bindRoute } from "../route.ts";
import { showVersionDetail } from "./show-model.ts";

export function readModelVersion(uses: { registry: RegistryService }) {
  return bindRoute(registryRoutes.readModelVersion, async (call) => {
    const version = await uses.registry.version(call.principal.organisation, call.params.model, call.params.number);
    return showVersionDetail(version, call.language);
  });
}
