import { accountsRoutes } from "@megalith/contract";
import type { KeyService } from "@megalith/platform/accounts";
import { bindRoute } from "../route.ts";
import { bareId, showKey } from "./show-account.ts";

export function rotateKey(uses: { keys: KeyService }) {
  return bindRoute(accountsRoutes.rotateKey, async (call) => {
    const issued = await uses.keys.rotate(call.principal, bareId("key", call.params.key), call.body.overlapSeconds ?? 86_400);
    return { key: showKey(issued.key), secret: issued.secret };
  });
}
