import { buffer } from "node:stream/consumers";
import { registryRoutes } from "@megalith/contract";
import { type RegistryService, splitCard } from "@megalith/platform/registry";
import { bindRoute } from "../route.ts";
import { showVersionDetail } from "./show-model.ts";

export function addModelVersion(uses: { registry: RegistryService }) {
  return bindRoute(registryRoutes.addModelVersion, async (call) => {
    const { artifact, card } = splitCard(new Uint8Array(await buffer(call.stream)));
    return showVersionDetail(await uses.registry.addVersion(call.principal, { model: call.params.model, artifact, card }));
  });
}
