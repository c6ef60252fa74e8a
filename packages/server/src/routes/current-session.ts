import { accountsRoutes } from "@megalith/contract";
import { bindRoute } from "../route.ts";
import { showSession } from "./show-account.ts";

export function currentSession() {
  return bindRoute(accountsRoutes.currentSession, async (call) => {
    return showSession(call.principal);
  });
}
