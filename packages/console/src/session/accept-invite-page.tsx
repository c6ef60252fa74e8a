/** Joining by a link. The token stands after # in the address, so no server's log holds it. */
import { accountsRoutes, type ReplyOf } from "@megalith/contract";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useLocation, useNavigate } from "react-router";
import { ApiError, callRoute } from "../api/call-route.ts";
import { Field } from "../design/field.tsx";
import { Form, SubmitButton } from "../design/form.tsx";
import { Loading } from "../design/parts.tsx";
import { useWords } from "../language/language.tsx";
import { AwayPage } from "./away-page.tsx";
import { Door } from "./door.tsx";
import { beginSession } from "./session.tsx";

const passwordLength = 12;
type Invite = ReplyOf<typeof accountsRoutes.readInvite>;

export function AcceptInvitePage() {
  const { say } = useWords();
  const token = useLocation().hash.slice(1);
  const [wasRefused, setRefused] = useState(false);
  const invite = useQuery({
    queryKey: ["invite", token],
    queryFn: () => callRoute(accountsRoutes.readInvite, { body: { token } }),
    enabled: token !== "",
    retry: false,
    // What somebody fills in is not taken away because the window was looked at again.
    staleTime: Number.POSITIVE_INFINITY,
  });
  const isOver = token === "" || wasRefused || isInvalid(invite.error);
  if (isOver)
    return (
      <Door title={say("invite.overTitle")} lead={say("invite.overText")}>
        <Link className="button primary" to="/">
          {say("invite.toSignIn")}
        </Link>
        <p className="small quiet">{say("invite.overHint")}</p>
      </Door>
    );
  if (invite.isError) return <AwayPage error={invite.error} isTrying={invite.isFetching} onTry={invite.refetch} />;
  if (invite.isPending)
    return (
      <Door title={say("invite.title")}>
        <Loading />
      </Door>
    );
  return <AcceptForm token={token} invite={invite.data} onRefused={() => setRefused(true)} />;
}

function isInvalid(error: unknown): boolean {
  return error instanceof ApiError && error.status >= 400 && error.status < 500 && error.status !== 429;
}

function AcceptForm({ token, invite, onRefused }: { token: string; invite: Invite; onRefused: () => void }) {
  const { say, time } = useWords();
  const navigate = useNavigate();
  const client = useQueryClient();
  const [person, setPerson] = useState({ name: "", email: "", password: "" });
  const accept = useMutation({ mutationFn: () => callRoute(accountsRoutes.acceptInvite, { body: { token, ...person } }) });
  const send = async () => {
    try {
      const session = await accept.mutateAsync();
      beginSession(client, session);
      await navigate("/");
    } catch (error) {
      if (error instanceof ApiError && error.code === "accounts.invite_invalid") onRefused();
      throw error;
    }
  };
  const isCustomer = invite.customerTitle !== null;
  return (
    <Door
      title={isCustomer ? say("invite.customerTitle", { title: invite.customerTitle ?? "" }) : say("invite.title")}
      lead={say(isCustomer ? "invite.customerLead" : "invite.lead", { role: say(`role.${invite.role}`) })}
    >
      <Form
        onSend={send}
        codes={{ "accounts.email_taken": "email" }}
        actions={<SubmitButton className="button primary grow">{say("invite.submit")}</SubmitButton>}
      >
        <Field label={say("invite.name")} name="name">
          <input
            className="input"
            required
            pattern=".*\S.*"
            title={say("form.missing")}
            maxLength={200}
            autoComplete="name"
            value={person.name}
            onChange={(event) => setPerson({ ...person, name: event.target.value })}
          />
        </Field>
        <Field label={say("signIn.email")} name="email" hint={say("invite.emailHint")}>
          <input
            className="input"
            type="email"
            required
            maxLength={254}
            autoComplete="username"
            value={person.email}
            onChange={(event) => setPerson({ ...person, email: event.target.value })}
          />
        </Field>
        <Field label={say("signIn.password")} name="password" hint={say("invite.passwordHint", { count: passwordLength })}>
          <input
            className="input"
            type="password"
            required
            minLength={passwordLength}
            maxLength={200}
            autoComplete="new-password"
            value={person.password}
            onChange={(event) => setPerson({ ...person, password: event.target.value })}
          />
        </Field>
      </Form>
      <p className="small quiet">{say("invite.until", { time: time(invite.expiresAt) })}</p>
    </Door>
  );
}
