/** The way in: by e-mail and password, or by the admin key. */
import { accountsRoutes } from "@megalith/contract";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { callRoute } from "../api/call-route.ts";
import { Field } from "../design/field.tsx";
import { ErrorNotice, Tabs, usePageTitle } from "../design/parts.tsx";
import { useWords } from "../language/language.tsx";
import { Brand, Preferences } from "../shell/preferences.tsx";
import { sessionKey } from "./session.tsx";

type Credentials = { readonly adminKey: string } | { readonly email: string; readonly password: string };

export function SignInPage() {
  const { say } = useWords();
  usePageTitle(say("signIn.title"));
  const client = useQueryClient();
  const signIn = useMutation({
    mutationFn: (body: Credentials) => callRoute(accountsRoutes.createSession, { body }),
    onSuccess: (session) => client.setQueryData(sessionKey, session),
  });
  return (
    <main className="door">
      <div className="door-card">
        <div className="stack">
          <Brand />
          <div>
            <h1>{say("signIn.title")}</h1>
            <p className="quiet">{say("signIn.lead")}</p>
          </div>
        </div>
        <section className="card">
          <Tabs
            label={say("signIn.method")}
            tabs={[
              { id: "key", label: say("signIn.byAdminKey"), content: () => <KeyForm onSend={signIn.mutate} busy={signIn.isPending} /> },
              {
                id: "password",
                label: say("signIn.byPassword"),
                content: () => <PasswordForm onSend={signIn.mutate} busy={signIn.isPending} />,
              },
            ]}
          />
          <ErrorNotice error={signIn.error} />
        </section>
        <Preferences />
      </div>
    </main>
  );
}

interface FormProps {
  readonly onSend: (credentials: Credentials) => void;
  readonly busy: boolean;
}

function KeyForm({ onSend, busy }: FormProps) {
  const { say } = useWords();
  const [adminKey, setAdminKey] = useState("");
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        onSend({ adminKey: adminKey.trim() });
      }}
    >
      <Field label={say("signIn.adminKey")} hint={say("signIn.adminKeyHint")}>
        <input
          className="input"
          type="password"
          autoComplete="off"
          required
          value={adminKey}
          onChange={(event) => setAdminKey(event.target.value)}
        />
      </Field>
      <button className="button primary" type="submit" disabled={busy}>
        {say("signIn.submit")}
      </button>
    </form>
  );
}

function PasswordForm({ onSend, busy }: FormProps) {
  const { say } = useWords();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        onSend({ email, password });
      }}
    >
      <Field label={say("signIn.email")}>
        <input
          className="input"
          type="email"
          autoComplete="username"
          required
          value={email}
          onChange={(event) => setEmail(event.target.value)}
        />
      </Field>
      <Field label={say("signIn.password")}>
        <input
          className="input"
          type="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
      </Field>
      <button className="button primary" type="submit" disabled={busy}>
        {say("signIn.submit")}
      </button>
    </form>
  );
}
