/** A new key: its name, what it may do, for which services and how long. */
import { accountsRoutes, type CustomerShape, type ReplyOf, type Scope, scopes } from "@megalith/contract";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { callRoute } from "../api/call-route.ts";
import { Dialog } from "../design/dialog.tsx";
import { Field } from "../design/field.tsx";
import { Form, SubmitButton } from "../design/form.tsx";
import { useWords } from "../language/language.tsx";
import { useServiceTitles } from "./use-service-titles.ts";

const lifetimes = [null, 30, 90, 365] as const;
const dayMs = 86_400_000;

interface NewKeyDialogProps {
  readonly customer: CustomerShape;
  readonly onClose: () => void;
  readonly onMade: (made: ReplyOf<typeof accountsRoutes.createKey>) => void;
}

export function NewKeyDialog({ customer, onClose, onMade }: NewKeyDialogProps) {
  const { say } = useWords();
  const [name, setName] = useState("");
  const [chosen, setChosen] = useState<readonly Scope[]>(["decide", "read"]);
  const [services, setServices] = useState<readonly string[]>([]);
  const [days, setDays] = useState<number | null>(null);
  const titles = useServiceTitles();
  const offered = [...titles].filter(([id]) => customer.services === null || customer.services.includes(id));
  const create = useMutation({
    mutationFn: () =>
      callRoute(accountsRoutes.createKey, {
        params: { customer: customer.id },
        body: {
          name: name.trim(),
          scopes: [...chosen],
          services: services.length === 0 ? null : [...services],
          expiresAt: days === null ? null : new Date(Date.now() + days * dayMs).toISOString(),
        },
      }),
  });
  return (
    <Dialog title={say("keys.new")} loss={name === "" ? undefined : say("dialog.loss")} onClose={onClose}>
      {(close) => (
        <Form
          onSend={async () => onMade(await create.mutateAsync())}
          unsaved={name !== ""}
          actions={
            <>
              <SubmitButton>{say("keys.create")}</SubmitButton>
              <button type="button" className="button" onClick={close}>
                {say("common.cancel")}
              </button>
            </>
          }
        >
          <Field label={say("common.name")} name="name" hint={say("keys.nameHint")}>
            <input
              className="input"
              required
              pattern=".*\S.*"
              title={say("form.missing")}
              maxLength={200}
              autoComplete="off"
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          </Field>
          <fieldset className="plain checks">
            <legend>{say("keys.scopes")}</legend>
            {scopes.map((scope) => (
              <label key={scope} className="check top">
                <input
                  type="checkbox"
                  checked={chosen.includes(scope)}
                  disabled={chosen.length === 1 && chosen.includes(scope)}
                  onChange={(event) => setChosen(scopes.filter((one) => (one === scope ? event.target.checked : chosen.includes(one))))}
                />
                <span>
                  {say(`scope.${scope}`)} <small className="quiet">{say(`scope.${scope}.text`)}</small>
                </span>
              </label>
            ))}
          </fieldset>
          {offered.length < 2 ? null : (
            <details className="more">
              <summary>{services.length === 0 ? say("keys.allServices") : say("keys.someServices", { count: services.length })}</summary>
              <fieldset className="plain checks">
                <legend className="hidden">{say("keys.services")}</legend>
                <p className="small quiet">{say("keys.servicesHint")}</p>
                {offered.map(([id, title]) => (
                  <label key={id} className="check top">
                    <input
                      type="checkbox"
                      checked={services.includes(id)}
                      onChange={(event) => setServices(event.target.checked ? [...services, id] : services.filter((one) => one !== id))}
                    />
                    <span>{title}</span>
                  </label>
                ))}
              </fieldset>
            </details>
          )}
          <Field label={say("keys.lifetime")}>
            <select
              className="input"
              value={days ?? ""}
              onChange={(event) => setDays(event.target.value === "" ? null : Number(event.target.value))}
            >
              {lifetimes.map((one) => (
                <option key={one ?? "never"} value={one ?? ""}>
                  {one === null ? say("keys.never") : say("keys.days", { count: one })}
                </option>
              ))}
            </select>
          </Field>
        </Form>
      )}
    </Dialog>
  );
}
