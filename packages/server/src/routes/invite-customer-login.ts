import { accountsRoutes } from "@megalith/contract";
import type { CustomerService, MemberService } from "@megalith/platform/accounts";
import { bindRoute } from "../route.ts";
import { ownCustomerId, showInvitation } from "./show-account.ts";

export function inviteCustomerLogin(uses: { customers: CustomerService; members: MemberService }) {
  return bindRoute(accountsRoutes.inviteCustomerLogin, async (call) => {
    const customer = await uses.customers.find(call.principal.organisation, { id: ownCustomerId(call.principal, call.params.customer) });
    return showInvitation(await uses.members.invite(call.principal, "viewer", customer.id));
  });
}
