/** A customer's people: who may sign in for it, inviting one more, removing one. */
import { accountsRoutes, type CustomerShape } from "@megalith/contract";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { callRoute } from "../api/call-route.ts";
import { Loading } from "../design/parts.tsx";
import { QueryFault } from "../design/query-fault.tsx";
import { useWords } from "../language/language.tsx";
import { InviteDialog } from "../members/invite-dialog.tsx";
import { MemberTable } from "../members/member-table.tsx";

export function LoginsCard({ customer }: { customer: CustomerShape }) {
  const { say } = useWords();
  const members = useQuery({ queryKey: ["members"], queryFn: () => callRoute(accountsRoutes.listMembers, {}) });
  const invite = useMutation({
    mutationFn: () => callRoute(accountsRoutes.inviteCustomerLogin, { params: { customer: customer.id } }),
  });
  const [isInviting, setInviting] = useState(false);
  const logins = members.data?.items.filter((member) => member.customer === customer.id) ?? [];
  return (
    <section className="card listing">
      <div className="row apart">
        <div className="grow">
          <h2>{say("logins.title")}</h2>
          <p className="quiet small">{say("logins.lead")}</p>
        </div>
        <button type="button" className="button" onClick={() => setInviting(true)}>
          {say("customer.invite")}
        </button>
      </div>
      {isInviting ? (
        <InviteDialog
          title={say("customer.invite")}
          lead={say("logins.inviteLead", { title: customer.title })}
          linkLead={say("logins.linkLead", { title: customer.title })}
          onMake={invite.mutateAsync}
          onClose={() => setInviting(false)}
        />
      ) : null}
      {members.isPending ? <Loading /> : <QueryFault query={members} />}
      {members.isSuccess && logins.length === 0 ? <p className="quiet">{say("logins.none")}</p> : null}
      {logins.length === 0 ? null : <MemberTable label={say("logins.title")} members={logins} />}
    </section>
  );
}
