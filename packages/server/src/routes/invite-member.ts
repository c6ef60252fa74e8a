import { accountsRoutes } from "@megalith/contract";
import type { InvitationService } from "@megalith/platform/accounts";
import { bindRoute } from "../route.ts";
import { showInvitation } from "./show-account.ts";

export function inviteMember(uses: { invitations: InvitationService }) {
  return bindRoute(accountsRoutes.inviteMember, async (call) => {
    return showInvitation(await uses.invitations.invite(call.principal, call.body.role, null));
  });
}
