import { buffer } from "node:stream/consumers";
import { registryRoutes } from "@megalith/contract";
import { type RegistryService, splitCard } from "@megalith/platform/registry";
import { bindRoute } from "../route.ts";
import { showVersionDetail } from "./show-model.ts";

export function addModelVersion(uses: { registry: RegistryService }) {
  return bindRoute(registryRoutes.addModelVersion, async (call) => {
    const { artifact, card } = splitCard(new Uint8Array(await buffer(call.stream)));
    const { model } = call.params;
    const { version, isNew } = await uses.registry.addVersion(call.principal, { model, artifact, card, again: call.query.again });
    if (!isNew) call.setStatus(200);
    return { ...showVersionDetail(version, call.language), created: isNew };
  });
}
