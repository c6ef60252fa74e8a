import { accountsRoutes } from "@megalith/contract";
import type { SignInService } from "@megalith/platform/accounts";
import { bindRoute } from "../route.ts";
import { readSessionCookie, sessionCookie } from "../session-cookie.ts";

export function endSession(uses: { signIn: SignInService; secureCookies: boolean }) {
  return bindRoute(accountsRoutes.endSession, async (call) => {
    const token = readSessionCookie(call.header("cookie"));
    if (token !== undefined) await uses.signIn.signOut(token);
    call.setHeader("set-cookie", sessionCookie("", new Date(0), uses.secureCookies));
    return undefined;
  });
}
