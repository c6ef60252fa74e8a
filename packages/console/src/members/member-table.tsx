/** People as rows; an owner changes the role of the provider's, and removes any. */
import { accountsRoutes, type MemberShape, type Role } from "@megalith/contract";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { callRoute } from "../api/call-route.ts";
import { ConfirmButton } from "../design/confirm-button.tsx";
import { Dialog } from "../design/dialog.tsx";
import { Form, SubmitButton } from "../design/form.tsx";
import { DataTable, ErrorNotice } from "../design/parts.tsx";
import { useToast } from "../design/toasts.tsx";
import { useWords } from "../language/language.tsx";
import { mayAs, useSignedIn } from "../session/session.tsx";
import { RoleChoice } from "./roles.tsx";

interface MemberTableProps {
  readonly label: string;
  readonly members: readonly MemberShape[];
  /** Titles of customers by id, where logins of many stand below each other. */
  readonly customers?: ReadonlyMap<string, string>;
}

export function MemberTable({ label, members, customers }: MemberTableProps) {
  const { say, date } = useWords();
  const session = useSignedIn();
  const client = useQueryClient();
  const toast = useToast();
  const mayChange = mayAs(session, "owner");
  const [changing, setChanging] = useState<MemberShape | null>(null);
  const hasRoles = members.some(({ customer }) => customer === null);
  const remove = useMutation({
    mutationFn: (member: MemberShape) => callRoute(accountsRoutes.removeMember, { params: { member: member.id } }),
    onSuccess: (_, { name }) => {
      toast(say("members.wasRemoved", { name }));
      return client.invalidateQueries({ queryKey: ["members"] });
    },
  });
  const head = [
    say("common.name"),
    ...(hasRoles ? [say("members.role")] : []),
    ...(customers === undefined ? [] : [say("customers.customer")]),
    say("members.joined"),
    ...(mayChange ? [""] : []),
  ];
  return (
    <>
      {changing === null ? null : <RoleDialog member={changing} onClose={() => setChanging(null)} />}
      <ErrorNotice error={remove.error} />
      <DataTable label={label} look="stacked" head={head}>
        {members.map((member) => (
          <tr key={member.id}>
            <td className="lead wrap">
              <span className="strong">{member.name}</span>{" "}
              {member.id === session.member ? <span className="badge">{say("members.you")}</span> : null}
              <small className="under">{member.email}</small>
            </td>
            {hasRoles ? <td>{say(`role.${member.role}`)}</td> : null}
            {customers === undefined ? null : (
              <td className="wrap" data-label={say("customers.customer")}>
                {customers.get(member.customer ?? "") ?? "–"}
              </td>
            )}
            <td data-label={say("members.joined")}>{date(member.createdAt)}</td>
            {mayChange ? (
              <td className="end">
                <div className="row tight end">
                  {member.customer === null ? (
                    <button
                      type="button"
                      className="button small"
                      aria-label={say("members.changeRoleOf", { name: member.name })}
                      onClick={() => setChanging(member)}
                    >
                      {say("members.changeRole")}
                    </button>
                  ) : null}
                  <ConfirmButton
                    small
                    danger
                    label={say("members.remove")}
                    name={say("members.removeOf", { name: member.name })}
                    question={say(member.id === session.member ? "members.removeSelfSure" : "members.removeSure", { name: member.name })}
                    onConfirm={() => remove.mutate(member)}
                  />
                </div>
              </td>
            ) : null}
          </tr>
        ))}
      </DataTable>
    </>
  );
}

function RoleDialog({ member, onClose }: { member: MemberShape; onClose: () => void }) {
  const { say } = useWords();
  const client = useQueryClient();
  const toast = useToast();
  const [role, setRole] = useState<Role>(member.role);
  const change = useMutation({
    mutationFn: () => callRoute(accountsRoutes.changeMember, { params: { member: member.id }, body: { role } }),
  });
  const send = async () => {
    if (role !== member.role) {
      await change.mutateAsync();
      toast(say("members.roleChanged", { name: member.name, role: say(`role.${role}`) }));
      await client.invalidateQueries();
    }
    onClose();
  };
  return (
    <Dialog title={say("members.roleOf", { name: member.name })} lead={say("members.roleLead")} onClose={onClose}>
      {(close) => (
        <Form
          onSend={send}
          actions={
            <>
              <SubmitButton>{say("common.save")}</SubmitButton>
              <button type="button" className="button" onClick={close}>
                {say("common.cancel")}
              </button>
            </>
          }
        >
          <RoleChoice value={role} onChange={setRole} />
        </Form>
      )}
    </Dialog>
  );
}
