import { accountsRoutes } from "@megalith/contract";
import type { KeyService } from "@megalith/platform/accounts";
import { bindRoute } from "../route.ts";
import { bareId } from "./show-account.ts";

export function revokeKey(uses: { keys: KeyService }) {
  return bindRoute(accountsRoutes.revokeKey, async (call) => {
    await uses.keys.revoke(call.principal, bareId("key", call.params.key));
    return undefined;
  });
}
