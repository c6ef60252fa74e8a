import { accountsRoutes } from "@megalith/contract";
import type { OrganisationService } from "@megalith/platform/accounts";
import { bindRoute } from "../route.ts";

export function readOrganisation(uses: { organisations: OrganisationService }) {
  return bindRoute(accountsRoutes.readOrganisation, (call) => uses.organisations.read(call.principal.organisation));
}
