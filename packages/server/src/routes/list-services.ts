import { servingRoutes } from "@megalith/contract";
import { bindRoute } from "../route.ts";
import type { ServiceCatalogue } from "@megalith/platform/serving";
import { showService } from "./show-service.ts";

export function listServices(uses: { catalogue: ServiceCatalogue }) {
  return bindRoute(servingRoutes.listServices, async (call) => {
    return { items: (await uses.catalogue.list(call.principal)).map(showService), next: null };
  });
}
