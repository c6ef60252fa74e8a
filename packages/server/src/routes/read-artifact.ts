import { registryRoutes } from "@megalith/contract";
import type { RegistryService } from "@megalith/platform/registry";
import { bindRoute } from "../route.ts";

export function readArtifact(uses: { registry: RegistryService }) {
  return bindRoute(registryRoutes.readArtifact, async (call) => {
    const version = await uses.registry.version(call.principal.organisation, call.params.model, call.params.number);
    call.setHeader("content-disposition", `attachment; filename="${version.model}-${version.number}.mglf"`);
    return uses.registry.artifact(version);
  });
}
