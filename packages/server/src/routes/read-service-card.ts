import { servingRoutes } from "@megalith/contract";
import { releasedCard, type ServiceCatalogue } from "@megalith/platform/serving";
import { bindRoute } from "../route.ts";

export function readServiceCard(uses: { catalogue: ServiceCatalogue }) {
  return bindRoute(servingRoutes.readServiceCard, async (call) => {
    return releasedCard(await uses.catalogue.visible(call.principal, call.params.service));
  });
}
