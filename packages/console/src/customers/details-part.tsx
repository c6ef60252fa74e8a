/** Who a customer is: what it is called, what invoices print of it, its limits, its people, and whether it is served. */
import { accountsRoutes, type CustomerShape } from "@megalith/contract";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { callRoute } from "../api/call-route.ts";
import { ConfirmButton } from "../design/confirm-button.tsx";
import { Field } from "../design/field.tsx";
import { Form, SubmitButton } from "../design/form.tsx";
import { ErrorNotice } from "../design/parts.tsx";
import { useToast } from "../design/toasts.tsx";
import { useWords } from "../language/language.tsx";
import { mayAs, useSignedIn } from "../session/session.tsx";
import { namePattern } from "../wizard/address-name.ts";
import { draftOf, IdentityFields, IdentityText, identityOf } from "./identity-fields.tsx";
import { LimitsForm } from "./limits-form.tsx";
import { LoginsCard } from "./logins-card.tsx";

export function DetailsPart({ customer }: { customer: CustomerShape }) {
  const { say } = useWords();
  const session = useSignedIn();
  const mayChange = mayAs(session, "engineer");
  if (!mayChange)
    return (
      <section className="card">
        <div>
          <h2>{say("identity.title")}</h2>
          <p className="quiet small">{say(session.kind === "customer" ? "identity.own" : "identity.lead")}</p>
        </div>
        <IdentityText name={customer.title} identity={customer.billing} />
      </section>
    );
  return (
    <div className="stack loose settled">
      <DetailsForm key={customer.id} customer={customer} />
      <LimitsForm customer={customer.id} />
      <LoginsCard customer={customer} />
      <StatusCard customer={customer} />
    </div>
  );
}

function useChange(customer: CustomerShape) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Partial<Omit<CustomerShape, "id" | "createdAt">>) =>
      callRoute(accountsRoutes.changeCustomer, { params: { customer: customer.id }, body }),
    onSuccess: (changed) => {
      client.setQueryData(["customer", customer.id], changed);
      return Promise.all([
        client.invalidateQueries({ queryKey: ["customers"] }),
        client.invalidateQueries({ queryKey: ["invoice-preview", customer.id] }),
      ]);
    },
  });
}

function DetailsForm({ customer }: { customer: CustomerShape }) {
  const { say } = useWords();
  const toast = useToast();
  const [title, setTitle] = useState(customer.title);
  const [name, setName] = useState(customer.name);
  const [identity, setIdentity] = useState(draftOf(customer.billing));
  const billing = identityOf(identity);
  const change = useChange(customer);
  const isChanged =
    title.trim() !== customer.title || name !== customer.name || JSON.stringify(billing) !== JSON.stringify(customer.billing);
  const send = async () => {
    await change.mutateAsync({ title: title.trim(), name, billing });
    toast(say("common.saved"));
  };
  return (
    <Form
      className="card"
      onSend={send}
      unsaved={isChanged}
      codes={{ "accounts.customer_name_taken": "name" }}
      actions={<SubmitButton>{say("common.save")}</SubmitButton>}
    >
      <div>
        <h2>{say("customer.details")}</h2>
        <p className="quiet small">{say("identity.lead")}</p>
      </div>
      <div className="fields roomy">
        <Field label={say("common.title")} name="title">
          <input
            className="input"
            required
            pattern=".*\S.*"
            title={say("form.missing")}
            maxLength={200}
            value={title}
            onChange={(event) => setTitle(event.target.value)}
          />
        </Field>
        <Field label={say("common.name")} name="name" hint={say("customers.nameHint")}>
          <input
            className="input"
            required
            pattern={namePattern}
            title={say("common.nameHint")}
            maxLength={64}
            spellCheck={false}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        </Field>
      </div>
      <IdentityFields value={identity} onChange={setIdentity} />
    </Form>
  );
}

function StatusCard({ customer }: { customer: CustomerShape }) {
  const { say } = useWords();
  const toast = useToast();
  const change = useChange(customer);
  const isActive = customer.status === "active";
  const set = (status: CustomerShape["status"]) =>
    change.mutate(
      { status },
      { onSuccess: ({ title }) => toast(say(isActive ? "customer.wasSuspended" : "customer.wasResumed", { title })) },
    );
  return (
    <section className="card">
      <div className="row apart">
        <div className="grow">
          <h2>{say(isActive ? "customer.suspend" : "customer.resume")}</h2>
          <p className="quiet small">{say(isActive ? "customer.suspendText" : "customer.resumeText")}</p>
        </div>
        <ConfirmButton
          danger={isActive}
          label={say(isActive ? "customer.suspend" : "customer.resume")}
          question={say(isActive ? "customer.suspendSure" : "customer.resumeSure", { title: customer.title })}
          busy={change.isPending}
          onConfirm={() => set(isActive ? "suspended" : "active")}
        />
      </div>
      <ErrorNotice error={change.error} />
    </section>
  );
}
