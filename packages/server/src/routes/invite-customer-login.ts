import { accountsRoutes } from "@megalith/contract";
import type { CustomerService, InvitationService } from "@megalith/platform/accounts";
import { bindRoute } from "../route.ts";
import { ownCustomerId, showInvitation } from "./show-account.ts";

export function inviteCustomerLogin(uses: { customers: CustomerService; invitations: InvitationService }) {
  return bindRoute(accountsRoutes.inviteCustomerLogin, async (call) => {
    const customer = await uses.customers.find(call.principal.organisation, { id: ownCustomerId(call.principal, call.params.customer) });
    return showInvitation(await uses.invitations.invite(call.principal, "viewer", customer.id));
  });
}
