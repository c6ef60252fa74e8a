import { accountsRoutes } from "@megalith/contract";
import type { OrganisationService } from "@megalith/platform/accounts";
import { bindRoute } from "../route.ts";

export function changeOrganisation(uses: { organisations: OrganisationService }) {
  return bindRoute(accountsRoutes.changeOrganisation, (call) => uses.organisations.change(call.principal, call.body));
}
