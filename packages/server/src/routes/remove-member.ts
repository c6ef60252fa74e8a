import { accountsRoutes } from "@megalith/contract";
import type { MemberService } from "@megalith/platform/accounts";
import { bindRoute } from "../route.ts";
import { bareId } from "./show-account.ts";

export function removeMember(uses: { members: MemberService }) {
  return bindRoute(accountsRoutes.removeMember, async (call) => {
    await uses.members.remove(call.principal, bareId("member", call.params.member));
    return undefined;
  });
}
