import { servingRoutes } from "@megalith/contract";
import { describeInputs, type ServiceCatalogue } from "@megalith/platform/serving";
import { bindRoute } from "../route.ts";

export function readServiceSchema(uses: { catalogue: ServiceCatalogue }) {
  return bindRoute(servingRoutes.readServiceSchema, async (call) => {
    return describeInputs(await uses.catalogue.visible(call.principal, call.params.service));
  });
}
