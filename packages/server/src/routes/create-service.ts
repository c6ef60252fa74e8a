import { servingRoutes } from "@megalith/contract";
import type { ServiceCatalogue } from "@megalith/platform/serving";
import { bindRoute } from "../route.ts";
import { showService } from "./show-service.ts";

export function createService(uses: { catalogue: ServiceCatalogue }) {
  return bindRoute(servingRoutes.createService, async (call) => {
    const { name, ...settings } = call.body;
    return showService(await uses.catalogue.create(call.principal, name, settings));
  });
}
