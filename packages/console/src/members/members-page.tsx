/** The provider's people and the customers' logins; an owner invites by link. */
import { accountsRoutes, type Role } from "@megalith/contract";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { callRoute } from "../api/call-route.ts";
import { Field } from "../design/field.tsx";
import { DataTable, ErrorNotice, Loading, PageHead } from "../design/parts.tsx";
import { useWords } from "../language/language.tsx";
import { mayAs, useSignedIn } from "../session/session.tsx";
import { InviteLink } from "./invite-link.tsx";

const roles: readonly Role[] = ["viewer", "analyst", "engineer", "owner"];

export function MembersPage() {
  const { say, time } = useWords();
  const session = useSignedIn();
  const [role, setRole] = useState<Role>("analyst");
  const members = useQuery({ queryKey: ["members"], queryFn: () => callRoute(accountsRoutes.listMembers, {}) });
  const invite = useMutation({ mutationFn: () => callRoute(accountsRoutes.inviteMember, { body: { role } }) });
  return (
    <div className="page">
      <PageHead title={say("members.title")} lead={say("members.lead")} />
      {mayAs(session, "owner") ? (
        <section className="card">
          <div className="row">
            <Field label={say("members.role")}>
              <select className="input" value={role} onChange={(event) => setRole(event.target.value as Role)}>
                {roles.map((name) => (
                  <option key={name} value={name}>
                    {say(`role.${name}`)}
                  </option>
                ))}
              </select>
            </Field>
            <button type="button" className="button primary" disabled={invite.isPending} onClick={() => invite.mutate()}>
              {say("members.invite")}
            </button>
          </div>
          <ErrorNotice error={invite.error} />
          {invite.data === undefined ? null : <InviteLink invitation={invite.data} />}
        </section>
      ) : null}
      <section className="card">
        {members.isPending ? <Loading /> : <ErrorNotice error={members.error} />}
        {members.data?.items.length === 0 ? <p className="quiet">{say("members.empty")}</p> : null}
        {members.data === undefined || members.data.items.length === 0 ? null : (
          <DataTable
            label={say("members.title")}
            head={[say("common.name"), say("signIn.email"), say("members.role"), say("common.created")]}
          >
            {members.data.items.map((member) => (
              <tr key={member.id}>
                <td>
                  {member.name} {member.id === session.member ? <span className="badge">{say("members.you")}</span> : null}
                </td>
                <td>{member.email}</td>
                <td>{say(member.customer === null ? `role.${member.role}` : "role.customer")}</td>
                <td className="time">{time(member.createdAt)}</td>
              </tr>
            ))}
          </DataTable>
        )}
      </section>
    </div>
  );
}
