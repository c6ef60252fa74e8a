/** Invitations that still work: for whom, until when, and withdrawing one. */
import { accountsRoutes, type OpenInviteShape } from "@megalith/contract";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { callRoute } from "../api/call-route.ts";
import { ConfirmButton } from "../design/confirm-button.tsx";
import { DataTable, ErrorNotice } from "../design/parts.tsx";
import { QueryFault } from "../design/query-fault.tsx";
import { useToast } from "../design/toasts.tsx";
import { useWords } from "../language/language.tsx";
import { mayAs, useSignedIn } from "../session/session.tsx";

interface OpenInvitesProps {
  /** Titles of customers by id. */
  readonly customers: ReadonlyMap<string, string>;
}

export function OpenInvites({ customers }: OpenInvitesProps) {
  const { say, time } = useWords();
  const client = useQueryClient();
  const toast = useToast();
  const mayWithdraw = mayAs(useSignedIn(), "owner");
  const invites = useQuery({ queryKey: ["invites"], queryFn: () => callRoute(accountsRoutes.listInvites, {}) });
  const withdraw = useMutation({
    mutationFn: (invite: OpenInviteShape) => callRoute(accountsRoutes.withdrawInvite, { params: { invite: invite.id } }),
    onSuccess: () => {
      toast(say("invites.withdrawn"));
      return client.invalidateQueries({ queryKey: ["invites"] });
    },
  });
  if (invites.isError) return <QueryFault query={invites} />;
  if (invites.data === undefined || invites.data.items.length === 0) return null;
  const nameOf = ({ role, customer }: OpenInviteShape) =>
    customer === null ? say(`role.${role}`) : say("invites.loginOf", { title: customers.get(customer) ?? customer });
  const head = [say("invites.for"), say("invites.made"), say("invites.until")];
  return (
    <section className="card listing">
      <div>
        <h2>{say("invites.title")}</h2>
        <p className="quiet small">{say("invites.lead")}</p>
      </div>
      <ErrorNotice error={withdraw.error} />
      <DataTable label={say("invites.title")} look="stacked" head={mayWithdraw ? [...head, ""] : head}>
        {invites.data.items.map((invite) => (
          <tr key={invite.id}>
            <td className="lead wrap">
              <span className="strong">{nameOf(invite)}</span>
            </td>
            <td data-label={say("invites.made")}>{time(invite.createdAt)}</td>
            <td data-label={say("invites.until")}>{time(invite.expiresAt)}</td>
            {mayWithdraw ? (
              <td className="end">
                <ConfirmButton
                  small
                  danger
                  label={say("invites.withdraw")}
                  name={say("invites.withdrawOf", { what: nameOf(invite) })}
                  question={say("invites.withdrawSure")}
                  onConfirm={() => withdraw.mutate(invite)}
                />
              </td>
            ) : null}
          </tr>
        ))}
      </DataTable>
    </section>
  );
}
