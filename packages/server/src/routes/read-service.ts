import { servingRoutes } from "@megalith/contract";
import type { ServiceCatalogue } from "@megalith/platform/serving";
import { bindRoute } from "../route.ts";
import { showService } from "./show-service.ts";

export function readService(uses: { catalogue: ServiceCatalogue }) {
  return bindRoute(servingRoutes.readService, async (call) => {
    return showService(await uses.catalogue.visible(call.principal, call.params.service));
  });
}
