/** A new customer: how it is called, its name in addresses made from that, and on demand what invoices print of it. */
import { accountsRoutes } from "@megalith/contract";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate } from "react-router";
import { callRoute } from "../api/call-route.ts";
import { Dialog } from "../design/dialog.tsx";
import { Field } from "../design/field.tsx";
import { Form, SubmitButton } from "../design/form.tsx";
import { useToast } from "../design/toasts.tsx";
import { useWords } from "../language/language.tsx";
import { namePattern } from "../wizard/address-name.ts";
import { IdentityFields, identityOf } from "./identity-fields.tsx";

const emptyIdentity = { legalName: "", address: "", taxId: "" };

export function NewCustomerDialog({ onClose }: { onClose: () => void }) {
  const { say } = useWords();
  const navigate = useNavigate();
  const toast = useToast();
  const client = useQueryClient();
  const [title, setTitle] = useState("");
  const [typedName, setTypedName] = useState<string | null>(null);
  const [identity, setIdentity] = useState(emptyIdentity);
  const name = typedName ?? addressName(title);
  const billing = identityOf(identity);
  const create = useMutation({
    mutationFn: () => callRoute(accountsRoutes.createCustomer, { body: { name, title: title.trim(), billing } }),
  });
  const send = async () => {
    const customer = await create.mutateAsync();
    toast(say("customers.created", { title: customer.title }));
    client.setQueryData(["customer", customer.id], customer);
    void client.invalidateQueries({ queryKey: ["customers"] });
    onClose();
    await navigate(`/customers/${customer.id}`);
  };
  const isFilled = title !== "" || typedName !== null || Object.values(billing).some((part) => part !== null);
  return (
    <Dialog title={say("customers.new")} loss={isFilled ? say("dialog.loss") : undefined} onClose={onClose}>
      {(close) => (
        <Form
          onSend={send}
          unsaved={isFilled}
          codes={{ "accounts.customer_name_taken": "name" }}
          actions={
            <>
              <SubmitButton>{say("customers.create")}</SubmitButton>
              <button type="button" className="button" onClick={close}>
                {say("common.cancel")}
              </button>
            </>
          }
        >
          <Field label={say("common.title")} name="title" hint={say("customers.titleHint")}>
            <input
              className="input"
              required
              pattern=".*\S.*"
              title={say("form.missing")}
              maxLength={200}
              autoComplete="off"
              value={title}
              onChange={(event) => setTitle(event.target.value)}
            />
          </Field>
          <Field label={say("common.name")} name="name" hint={say("customers.nameHint")}>
            <input
              className="input"
              required
              value={name}
              title={say("common.nameHint")}
              pattern={namePattern}
              maxLength={64}
              autoComplete="off"
              spellCheck={false}
              onChange={(event) => setTypedName(event.target.value)}
            />
          </Field>
          <details className="more">
            <summary>{say("identity.titleOptional")}</summary>
            <IdentityFields value={identity} onChange={setIdentity} />
          </details>
        </Form>
      )}
    </Dialog>
  );
}

/** A name for addresses from a title, as far as it has Latin letters and digits: "Société Générale" as "societe-generale". */
function addressName(title: string): string {
  const plain = title
    .normalize("NFD")
    .replace(/\p{Mark}/gu, "")
    .toLowerCase();
  return plain
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 64)
    .replace(/^-+|-+$/g, "");
}
