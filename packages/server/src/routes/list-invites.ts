import { accountsRoutes, idFromUuid } from "@megalith/contract";
import type { InvitationService } from "@megalith/platform/accounts";
import { bindRoute } from "../route.ts";

export function listInvites(uses: { invitations: InvitationService }) {
  return bindRoute(accountsRoutes.listInvites, async (call) => {
    const open = await uses.invitations.list(call.principal.organisation);
    const items = open.map(({ id, customerId, role, createdAt, expiresAt }) => ({
      id: idFromUuid("invite", id),
      customer: customerId === null ? null : idFromUuid("customer", customerId),
      role,
      createdAt: createdAt.toISOString(),
      expiresAt: expiresAt.toISOString(),
    }));
    return { items, next: null };
  });
}
