/** A customer's keys: made, rotated, revoked; the secret is on the page once and kept nowhere. */
import { accountsRoutes, type KeyShape, type Scope, scopes } from "@megalith/contract";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { callRoute } from "../api/call-route.ts";
import { ConfirmButton } from "../design/confirm-button.tsx";
import { Field } from "../design/field.tsx";
import { CopyButton, DataTable, ErrorNotice, Loading } from "../design/parts.tsx";
import { useToast } from "../design/toasts.tsx";
import { useWords } from "../language/language.tsx";
import { mayAs, useSignedIn } from "../session/session.tsx";

const overlapSeconds = 86_400;

export function KeysPart({ customer }: { customer: string }) {
  const { say } = useWords();
  const client = useQueryClient();
  const toast = useToast();
  const mayChange = mayAs(useSignedIn(), "engineer");
  const [secret, setSecret] = useState<string | null>(null);
  const keys = useQuery({ queryKey: ["keys", customer], queryFn: () => callRoute(accountsRoutes.listKeys, { params: { customer } }) });
  const refresh = () => void client.invalidateQueries({ queryKey: ["keys", customer] });
  const shown = (made: { secret: string }) => {
    setSecret(made.secret);
    refresh();
  };
  const create = useMutation({
    mutationFn: (body: { name: string; scopes: Scope[] }) => callRoute(accountsRoutes.createKey, { params: { customer }, body }),
    onSuccess: shown,
  });
  const rotate = useMutation({
    mutationFn: (key: KeyShape) => callRoute(accountsRoutes.rotateKey, { params: { key: key.id }, body: { overlapSeconds } }),
    onSuccess: (made, key) => {
      toast(say("keys.wasRotated", { name: key.name }));
      shown(made);
    },
  });
  const revoke = useMutation({
    mutationFn: (key: KeyShape) => callRoute(accountsRoutes.revokeKey, { params: { key: key.id } }),
    onSuccess: (_, key) => {
      toast(say("keys.wasRevoked", { name: key.name }));
      refresh();
    },
  });
  return (
    <>
      {secret === null ? null : (
        <section className="notice good stack" role="status">
          <p>{say("keys.once")}</p>
          <p className="secret" data-testid="secret">
            {secret}
          </p>
          <div className="row">
            <CopyButton text={secret} label={say("keys.copy")} />
            <button type="button" className="button small" onClick={() => setSecret(null)}>
              {say("keys.done")}
            </button>
          </div>
        </section>
      )}
      {mayChange ? <NewKey onSend={create.mutate} busy={create.isPending} /> : null}
      <ErrorNotice error={create.error ?? rotate.error ?? revoke.error ?? keys.error} />
      <section className="card">
        <h2>{say("customer.keys")}</h2>
        {keys.isPending ? <Loading /> : null}
        {keys.data?.items.length === 0 ? <p className="quiet">{say("keys.empty")}</p> : null}
        {keys.data === undefined || keys.data.items.length === 0 ? null : (
          <KeyTable keys={keys.data.items} mayChange={mayChange} onRotate={rotate.mutate} onRevoke={revoke.mutate} />
        )}
      </section>
    </>
  );
}

function NewKey({ onSend, busy }: { onSend: (body: { name: string; scopes: Scope[] }) => void; busy: boolean }) {
  const { say } = useWords();
  const [name, setName] = useState("");
  const [chosen, setChosen] = useState<readonly Scope[]>(["decide", "read"]);
  return (
    <form
      className="card"
      onSubmit={(event) => {
        event.preventDefault();
        onSend({ name, scopes: [...chosen] });
        setName("");
      }}
    >
      <h2>{say("keys.new")}</h2>
      <div className="fields">
        <Field label={say("common.name")}>
          <input className="input" required maxLength={200} value={name} onChange={(event) => setName(event.target.value)} />
        </Field>
        <button type="submit" className="button primary" disabled={busy || chosen.length === 0}>
          {say("keys.new")}
        </button>
      </div>
      <fieldset className="plain row">
        <legend className="small quiet">{say("keys.scopes")}</legend>
        {scopes.map((scope) => (
          <label key={scope} className="check">
            <input
              type="checkbox"
              checked={chosen.includes(scope)}
              onChange={(event) => setChosen(event.target.checked ? [...chosen, scope] : chosen.filter((one) => one !== scope))}
            />
            {say(`scope.${scope}`)}
          </label>
        ))}
      </fieldset>
    </form>
  );
}

interface KeyTableProps {
  readonly keys: readonly KeyShape[];
  readonly mayChange: boolean;
  readonly onRotate: (key: KeyShape) => void;
  readonly onRevoke: (key: KeyShape) => void;
}

function KeyTable({ keys, mayChange, onRotate, onRevoke }: KeyTableProps) {
  const { say, time } = useWords();
  const head = [
    say("common.name"),
    say("keys.prefix"),
    say("keys.scopes"),
    say("common.status"),
    say("keys.lastUsed"),
    say("common.created"),
  ];
  return (
    <DataTable label={say("customer.keys")} head={mayChange ? [...head, ""] : head}>
      {keys.map((key) => (
        <tr key={key.id}>
          <td>{key.name}</td>
          <td>
            <code>{key.prefix}…</code>
          </td>
          <td>{key.scopes.map((scope) => say(`scope.${scope}`)).join(", ")}</td>
          <td>
            {key.revokedAt === null ? (
              <span className="badge good">
                {key.expiresAt === null ? say("keys.active") : say("keys.expires", { time: time(key.expiresAt) })}
              </span>
            ) : (
              <span className="badge">{say("keys.revoked")}</span>
            )}
          </td>
          <td className="time">
            {key.lastUsedAt === null ? <span className="quiet">{say("keys.neverUsed")}</span> : time(key.lastUsedAt)}
          </td>
          <td className="time">{time(key.createdAt)}</td>
          {mayChange ? (
            <td>
              {key.revokedAt === null ? (
                <div className="row tight">
                  <ConfirmButton
                    small
                    label={say("keys.rotate")}
                    name={say("keys.rotateOf", { name: key.name })}
                    question={say("keys.rotateSure", { name: key.name })}
                    onConfirm={() => onRotate(key)}
                  />
                  <ConfirmButton
                    small
                    danger
                    label={say("keys.revoke")}
                    name={say("keys.revokeOf", { name: key.name })}
                    question={say("keys.revokeSure", { name: key.name })}
                    onConfirm={() => onRevoke(key)}
                  />
                </div>
              ) : null}
            </td>
          ) : null}
        </tr>
      ))}
    </DataTable>
  );
}
