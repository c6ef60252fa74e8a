/** Joining by a link. The token stands after # in the address, so no server's log holds it. */
import { accountsRoutes } from "@megalith/contract";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useLocation, useNavigate } from "react-router";
import { callRoute } from "../api/call-route.ts";
import { Field } from "../design/field.tsx";
import { ErrorNotice, Loading, usePageTitle } from "../design/parts.tsx";
import { useWords } from "../language/language.tsx";
import { Brand, Preferences } from "../shell/preferences.tsx";
import { sessionKey } from "./session.tsx";

const passwordLength = 12;

export function AcceptInvitePage() {
  const { say } = useWords();
  usePageTitle(say("invite.title"));
  const token = useLocation().hash.slice(1);
  const navigate = useNavigate();
  const client = useQueryClient();
  const [person, setPerson] = useState({ name: "", email: "", password: "" });
  const invite = useQuery({
    queryKey: ["invite", token],
    queryFn: () => callRoute(accountsRoutes.readInvite, { body: { token } }),
    retry: false,
  });
  const accept = useMutation({
    mutationFn: () => callRoute(accountsRoutes.acceptInvite, { body: { token, ...person } }),
    onSuccess: async (session) => {
      client.setQueryData(sessionKey, session);
      await navigate("/");
    },
  });
  return (
    <main className="door">
      <div className="door-card">
        <Brand />
        <h1>{say("invite.title")}</h1>
        {invite.isPending ? <Loading /> : <ErrorNotice error={invite.error} />}
        {invite.data === undefined ? null : (
          <form
            className="card"
            onSubmit={(event) => {
              event.preventDefault();
              accept.mutate();
            }}
          >
            <p>{say("invite.lead", { role: invite.data.customerTitle ?? say(`role.${invite.data.role}`) })}</p>
            <Field label={say("invite.name")}>
              <input
                className="input"
                required
                autoComplete="name"
                value={person.name}
                onChange={(event) => setPerson({ ...person, name: event.target.value })}
              />
            </Field>
            <Field label={say("signIn.email")}>
              <input
                className="input"
                type="email"
                required
                autoComplete="username"
                value={person.email}
                onChange={(event) => setPerson({ ...person, email: event.target.value })}
              />
            </Field>
            <Field label={say("signIn.password")} hint={say("invite.passwordHint", { count: passwordLength })}>
              <input
                className="input"
                type="password"
                required
                minLength={passwordLength}
                autoComplete="new-password"
                value={person.password}
                onChange={(event) => setPerson({ ...person, password: event.target.value })}
              />
            </Field>
            <ErrorNotice error={accept.error} />
            <button className="button primary" type="submit" disabled={accept.isPending}>
              {say("invite.submit")}
            </button>
          </form>
        )}
        <Preferences />
      </div>
    </main>
  );
}
