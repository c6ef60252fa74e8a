import { accountsRoutes } from "@megalith/contract";
import type { MemberService } from "@megalith/platform/accounts";
import { bindRoute } from "../route.ts";
import { bareId, showMember } from "./show-account.ts";

export function changeMember(uses: { members: MemberService }) {
  return bindRoute(accountsRoutes.changeMember, async (call) => {
    return showMember(await uses.members.change(call.principal, bareId("member", call.params.member), call.body.role));
  });
}
