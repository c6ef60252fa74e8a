import { servingRoutes } from "@megalith/contract";
import type { ServiceCatalogue } from "@megalith/platform/serving";
import { bindRoute } from "../route.ts";
import { showService } from "./show-service.ts";

export function listServices(uses: { catalogue: ServiceCatalogue }) {
  return bindRoute(servingRoutes.listServices, async (call) => {
    return { items: (await uses.catalogue.list(call.principal)).map(showService), next: null };
  });
}
