import { accountsRoutes } from "@megalith/contract";
import type { CustomerService, InvitationService } from "@megalith/platform/accounts";
import { bindRoute } from "../route.ts";

export function readInvite(uses: { invitations: InvitationService; customers: CustomerService }) {
  return bindRoute(accountsRoutes.readInvite, async (call) => {
    const { organisation, customerId, role, expiresAt } = await uses.invitations.read(call.body.token);
    const invite = { role, expiresAt: expiresAt.toISOString() };
    if (customerId === null) return { kind: "provider" as const, customerTitle: null, ...invite };
    const { title } = await uses.customers.find(organisation, { id: customerId });
    return { kind: "customer" as const, customerTitle: title, ...invite };
  });
}
