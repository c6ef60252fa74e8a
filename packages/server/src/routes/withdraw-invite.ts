import { accountsRoutes } from "@megalith/contract";
import type { InvitationService } from "@megalith/platform/accounts";
import { bindRoute } from "../route.ts";
import { bareId } from "./show-account.ts";

export function withdrawInvite(uses: { invitations: InvitationService }) {
  return bindRoute(accountsRoutes.withdrawInvite, async (call) => {
    await uses.invitations.withdraw(call.principal, bareId("invite", call.params.invite));
    return undefined;
  });
}
