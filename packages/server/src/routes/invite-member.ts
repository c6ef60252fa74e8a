import { accountsRoutes } from "@megalith/contract";
import type { MemberService } from "@megalith/platform/accounts";
import { bindRoute } from "../route.ts";
import { showInvitation } from "./show-account.ts";

export function inviteMember(uses: { members: MemberService }) {
  return bindRoute(accountsRoutes.inviteMember, async (call) => {
    return showInvitation(await uses.members.invite(call.principal, call.body.role, null));
  });
}
