import { servingRoutes } from "@megalith/contract";
import { bindRoute } from "../route.ts";
import { describeInputs, type ServiceCatalogue } from "@megalith/platform/serving";

export function readServiceSchema(uses: { catalogue: ServiceCatalogue }) {
  return bindRoute(servingRoutes.readServiceSchema, async (call) => {
    return describeInputs(await uses.catalogue.visible(call.principal, call.params.service));
  });
}
