/** The provider's people and the customers' logins; an owner invites by link. */
import { accountsRoutes, type Role } from "@megalith/contract";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { callRoute } from "../api/call-route.ts";
import { Loading, PageHead } from "../design/parts.tsx";
import { QueryFault } from "../design/query-fault.tsx";
import { useWords } from "../language/language.tsx";
import { mayAs, useSignedIn } from "../session/session.tsx";
import { InviteDialog } from "./invite-dialog.tsx";
import { MemberTable } from "./member-table.tsx";
import { OpenInvites } from "./open-invites.tsx";
import { RoleChoice } from "./roles.tsx";

export function MembersPage() {
  const { say } = useWords();
  const mayInvite = mayAs(useSignedIn(), "owner");
  const [isInviting, setInviting] = useState(false);
  const members = useQuery({ queryKey: ["members"], queryFn: () => callRoute(accountsRoutes.listMembers, {}) });
  const customers = useQuery({
    queryKey: ["customers", "titles"],
    queryFn: () => callRoute(accountsRoutes.listCustomers, { query: { limit: 500 } }),
  });
  const titles = new Map(customers.data?.items.map(({ id, title }) => [id, title]));
  const all = members.data?.items ?? [];
  const own = all.filter(({ customer }) => customer === null);
  const logins = all.filter(({ customer }) => customer !== null);
  const button = (
    <button type="button" className="button primary" onClick={() => setInviting(true)}>
      {say("members.invite")}
    </button>
  );
  return (
    <div className="page">
      <PageHead title={say("members.title")} lead={say("members.lead")}>
        {mayInvite ? button : null}
      </PageHead>
      {isInviting ? <InviteMemberDialog onClose={() => setInviting(false)} /> : null}
      {members.isPending ? <Loading /> : <QueryFault query={members} />}
      {members.isSuccess ? (
        <section className="card listing">
          <h2>{say("members.own")}</h2>
          {own.length === 0 ? <p className="quiet">{say("members.empty")}</p> : <MemberTable label={say("members.own")} members={own} />}
        </section>
      ) : null}
      <OpenInvites customers={titles} />
      {logins.length === 0 ? null : (
        <section className="card listing">
          <div>
            <h2>{say("logins.all")}</h2>
            <p className="quiet small">{say("logins.lead")}</p>
          </div>
          <MemberTable label={say("logins.all")} members={logins} customers={titles} />
        </section>
      )}
    </div>
  );
}

/** First the role, then the link. */
function InviteMemberDialog({ onClose }: { onClose: () => void }) {
  const { say } = useWords();
  const [role, setRole] = useState<Role>("analyst");
  const invite = useMutation({ mutationFn: () => callRoute(accountsRoutes.inviteMember, { body: { role } }) });
  return (
    <InviteDialog
      title={say("members.inviteTitle")}
      lead={say("members.inviteLead")}
      linkLead={say("members.linkLead", { role: say(`role.${role}`) })}
      onMake={invite.mutateAsync}
      onClose={onClose}
    >
      <RoleChoice value={role} onChange={setRole} />
    </InviteDialog>
  );
}
