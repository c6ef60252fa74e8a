import { accountsRoutes } from "@megalith/contract";
import type { MemberService } from "@megalith/platform/accounts";
import { bindRoute } from "../route.ts";
import { showMember } from "./show-account.ts";

export function listMembers(uses: { members: MemberService }) {
  return bindRoute(accountsRoutes.listMembers, async (call) => {
    return { items: (await uses.members.list(call.principal.organisation)).map(showMember), next: null };
  });
}
