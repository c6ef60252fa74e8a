import { registryRoutes } from "@megalith/contract";
import type { RegistryService } from "@megalith/platform/registry";
import { bindRoute } from "../route.ts";

export function listChampions(uses: { registry: RegistryService }) {
  return bindRoute(registryRoutes.listChampions, async (call) => {
    const at = call.query.at === undefined ? undefined : new Date(call.query.at);
    const found = await uses.registry.champions(call.principal.organisation, call.params.model, at);
    return { items: found.map((champion) => ({ ...champion, from: champion.from.toISOString() })), next: null };
  });
}
