import { accountsRoutes } from "@megalith/contract";
import type { KeyService } from "@megalith/platform/accounts";
import { bindRoute } from "../route.ts";
import { bareServiceIds, ownCustomerId, showKey } from "./show-account.ts";

export function createKey(uses: { keys: KeyService }) {
  return bindRoute(accountsRoutes.createKey, async (call) => {
    const { name, scopes, services, expiresAt } = call.body;
    const issued = await uses.keys.create(call.principal, ownCustomerId(call.principal, call.params.customer), {
      name,
      scopes,
      serviceIds: bareServiceIds(services),
      expiresAt: expiresAt === undefined || expiresAt === null ? null : new Date(expiresAt),
    });
    return { key: showKey(issued.key), secret: issued.secret };
  });
}
