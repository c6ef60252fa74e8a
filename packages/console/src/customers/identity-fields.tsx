/** What invoices print of a seller or a buyer: legal name, address, tax id. */
import type { BillingIdentityShape } from "@megalith/contract";
import { Field } from "../design/field.tsx";
import { useWords } from "../language/language.tsx";

/** What is typed; empty is what was not given. */
export type IdentityDraft = { readonly [Part in keyof BillingIdentityShape]: string };

export function draftOf(identity: BillingIdentityShape): IdentityDraft {
  return { legalName: identity.legalName ?? "", address: identity.address ?? "", taxId: identity.taxId ?? "" };
}

export function identityOf(draft: IdentityDraft): BillingIdentityShape {
  const part = (text: string) => (text.trim() === "" ? null : text.trim());
  return { legalName: part(draft.legalName), address: part(draft.address.replace(/\r\n?/g, "\n")), taxId: part(draft.taxId) };
}

interface IdentityFieldsProps {
  readonly value: IdentityDraft;
  readonly onChange: (value: IdentityDraft) => void;
}

export function IdentityFields({ value, onChange }: IdentityFieldsProps) {
  const { say } = useWords();
  const tooManyLines = value.address.trim().split("\n").length > 8;
  return (
    <div className="fields roomy">
      <Field label={say("identity.legalName")} name="billing/legalName">
        <input
          className="input"
          maxLength={200}
          autoComplete="off"
          value={value.legalName}
          onChange={(event) => onChange({ ...value, legalName: event.target.value })}
        />
      </Field>
      <Field label={say("identity.taxId")} name="billing/taxId">
        <input
          className="input"
          maxLength={60}
          autoComplete="off"
          value={value.taxId}
          onChange={(event) => onChange({ ...value, taxId: event.target.value })}
        />
      </Field>
      <Field
        wide
        label={say("identity.address")}
        name="billing/address"
        hint={say("identity.addressHint")}
        fault={tooManyLines ? say("identity.addressTooLong") : undefined}
      >
        <textarea
          className="input"
          rows={4}
          maxLength={500}
          value={value.address}
          onChange={(event) => onChange({ ...value, address: event.target.value })}
        />
      </Field>
    </div>
  );
}

/** What was given, as an invoice prints it. */
export function IdentityText({ name, identity }: { name: string; identity: BillingIdentityShape | undefined }) {
  const { say } = useWords();
  return (
    <address className="identity">
      <strong>{identity?.legalName ?? name}</strong>
      {identity?.address == null ? null : <span className="lines">{identity.address}</span>}
      {identity?.taxId == null ? null : <span>{say("document.taxId", { id: identity.taxId })}</span>}
    </address>
  );
}
