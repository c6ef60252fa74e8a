import { accountsRoutes } from "@megalith/contract";
import type { InvitationService } from "@megalith/platform/accounts";
import { bindRoute } from "../route.ts";
import { sessionCookie } from "../session-cookie.ts";
import { showSession } from "./show-account.ts";

export function acceptInvite(uses: { invitations: InvitationService; secureCookies: boolean }) {
  return bindRoute(accountsRoutes.acceptInvite, async (call) => {
    const { token, ...person } = call.body;
    const session = await uses.invitations.accept(token, person);
    call.setHeader("set-cookie", sessionCookie(session.token, session.expiresAt, uses.secureCookies));
    return showSession(session.principal);
  });
}
