/** The way in: by e-mail and password, or by the admin key. */
import { accountsRoutes } from "@megalith/contract";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { callRoute } from "../api/call-route.ts";
import { Field } from "../design/field.tsx";
import { Form, SubmitButton } from "../design/form.tsx";
import { Tabs } from "../design/parts.tsx";
import { useWords } from "../language/language.tsx";
import { Door } from "./door.tsx";
import { beginSession, endedKey } from "./session.tsx";

type Credentials = { readonly adminKey: string } | { readonly email: string; readonly password: string };

export function SignInPage() {
  const { say } = useWords();
  const client = useQueryClient();
  const ended = useQuery({ queryKey: endedKey, queryFn: () => false, enabled: false, initialData: false });
  const signIn = useMutation({
    mutationFn: (body: Credentials) => callRoute(accountsRoutes.createSession, { body }),
    onSuccess: (session) => beginSession(client, session),
  });
  return (
    <Door title={say("signIn.title")} lead={ended.data ? undefined : say("signIn.lead")}>
      {ended.data ? (
        <p className="notice" role="status">
          {say("signIn.ended")}
        </p>
      ) : null}
      <Tabs
        label={say("signIn.method")}
        tabs={[
          { id: "password", label: say("signIn.byPassword"), content: () => <PasswordForm onSend={signIn.mutateAsync} /> },
          { id: "key", label: say("signIn.byAdminKey"), content: () => <KeyForm onSend={signIn.mutateAsync} /> },
        ]}
      />
    </Door>
  );
}

interface FormProps {
  readonly onSend: (credentials: Credentials) => Promise<unknown>;
}

/** What was refused is marked, so that the next try types over it. */
function useAgain() {
  const input = useRef<HTMLInputElement>(null);
  const trying = (work: Promise<unknown>) =>
    work.catch((error: unknown) => {
      input.current?.select();
      throw error;
    });
  return { input, trying };
}

function KeyForm({ onSend }: FormProps) {
  const { say } = useWords();
  const [adminKey, setAdminKey] = useState("");
  const { input, trying } = useAgain();
  return (
    <Form
      onSend={() => trying(onSend({ adminKey: adminKey.trim() }))}
      actions={<SubmitButton className="button primary grow">{say("signIn.submit")}</SubmitButton>}
    >
      <Field label={say("signIn.adminKey")} name="adminKey" hint={say("signIn.adminKeyHint")}>
        <input
          ref={input}
          className="input"
          type="password"
          autoComplete="off"
          required
          value={adminKey}
          onChange={(event) => setAdminKey(event.target.value)}
        />
      </Field>
    </Form>
  );
}

function PasswordForm({ onSend }: FormProps) {
  const { say } = useWords();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const { input, trying } = useAgain();
  return (
    <Form
      onSend={() => trying(onSend({ email: email.trim(), password }))}
      actions={<SubmitButton className="button primary grow">{say("signIn.submit")}</SubmitButton>}
    >
      <Field label={say("signIn.email")} name="email">
        <input
          className="input"
          type="email"
          autoComplete="username"
          required
          value={email}
          onChange={(event) => setEmail(event.target.value)}
        />
      </Field>
      <Field label={say("signIn.password")} name="password" hint={say("signIn.forgotten")}>
        <input
          ref={input}
          className="input"
          type="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
      </Field>
    </Form>
  );
}
