import { servingRoutes } from "@megalith/contract";
import type { ServiceCatalogue } from "@megalith/platform/serving";
import { bindRoute } from "../route.ts";
import { showService } from "./show-service.ts";

export function changeService(uses: { catalogue: ServiceCatalogue }) {
  return bindRoute(servingRoutes.changeService, async (call) => {
    return showService(await uses.catalogue.change(call.principal, call.params.service, call.body));
  });
}
