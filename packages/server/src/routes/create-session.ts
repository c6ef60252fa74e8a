import { accountsRoutes, MegalithError, problem } from "@megalith/contract";
import type { SignInService } from "@megalith/platform/accounts";
import { bindRoute } from "../route.ts";
import { sessionCookie } from "../session-cookie.ts";
import { showSession } from "./show-account.ts";

export function createSession(uses: { signIn: SignInService; secureCookies: boolean }) {
  return bindRoute(accountsRoutes.createSession, async (call) => {
    const session = await uses.signIn.signIn(credentials(call.body), call.network);
    call.setHeader("set-cookie", sessionCookie(session.token, session.expiresAt, uses.secureCookies));
    return showSession(session.principal);
  });
}

interface SignIn {
  readonly adminKey?: string | undefined;
  readonly email?: string | undefined;
  readonly password?: string | undefined;
}

/** @throws MegalithError "request.invalid" when neither way is complete, or both are given. */
function credentials({ adminKey, email, password }: SignIn): { adminKey: string } | { email: string; password: string } {
  if (adminKey !== undefined && email === undefined && password === undefined) return { adminKey };
  if (adminKey === undefined && email !== undefined && password !== undefined) return { email, password };
  throw new MegalithError("request.invalid", { values: { count: 1 }, problems: [problem("/", "required", "signInWay")] });
}
