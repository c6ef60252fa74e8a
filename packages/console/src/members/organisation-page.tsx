/** The provider itself: what it is called, and what its invoices print of the seller. */
import { accountsRoutes, type OrganisationShape } from "@megalith/contract";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { callRoute } from "../api/call-route.ts";
import { draftOf, IdentityFields, IdentityText, identityOf } from "../customers/identity-fields.tsx";
import { Field } from "../design/field.tsx";
import { Form, SubmitButton } from "../design/form.tsx";
import { Loading, PageHead } from "../design/parts.tsx";
import { QueryFault } from "../design/query-fault.tsx";
import { useToast } from "../design/toasts.tsx";
import { useWords } from "../language/language.tsx";
import { mayAs, useSignedIn } from "../session/session.tsx";

export function OrganisationPage() {
  const { say } = useWords();
  const mayChange = mayAs(useSignedIn(), "owner");
  const found = useQuery({ queryKey: ["organisation"], queryFn: () => callRoute(accountsRoutes.readOrganisation, {}) });
  return (
    <div className="page">
      <PageHead title={say("organisation.title")} lead={say("organisation.lead")} />
      {found.isPending ? <Loading /> : <QueryFault query={found} />}
      {found.isSuccess && mayChange ? <OrganisationForm organisation={found.data} /> : null}
      {found.isSuccess && !mayChange ? (
        <section className="card">
          <div>
            <h2>{say("organisation.billing")}</h2>
            <p className="quiet small">{say("organisation.ownerOnly")}</p>
          </div>
          <IdentityText name={found.data.name} identity={found.data.billing} />
        </section>
      ) : null}
    </div>
  );
}

function OrganisationForm({ organisation }: { organisation: OrganisationShape }) {
  const { say } = useWords();
  const client = useQueryClient();
  const toast = useToast();
  const [name, setName] = useState(organisation.name);
  const [identity, setIdentity] = useState(draftOf(organisation.billing));
  const body = { name: name.trim(), billing: identityOf(identity) };
  const save = useMutation({
    mutationFn: () => callRoute(accountsRoutes.changeOrganisation, { body }),
    onSuccess: (changed) => {
      client.setQueryData(["organisation"], changed);
      toast(say("common.saved"));
      return client.invalidateQueries({ queryKey: ["invoice-preview"] });
    },
  });
  const isChanged = body.name !== organisation.name || JSON.stringify(body.billing) !== JSON.stringify(organisation.billing);
  return (
    <Form
      className="card settled"
      onSend={() => save.mutateAsync()}
      unsaved={isChanged}
      actions={<SubmitButton>{say("common.save")}</SubmitButton>}
    >
      <div>
        <h2>{say("organisation.billing")}</h2>
        <p className="quiet small">{say("organisation.billingLead")}</p>
      </div>
      <div className="fields roomy">
        <Field label={say("organisation.name")} name="name" hint={say("organisation.nameHint")}>
          <input
            className="input"
            required
            pattern=".*\S.*"
            title={say("form.missing")}
            maxLength={200}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        </Field>
      </div>
      <IdentityFields value={identity} onChange={setIdentity} />
    </Form>
  );
}
