/** One customer: its keys, usage and invoices. */
import { accountsRoutes } from "@megalith/contract";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useParams } from "react-router";
import { callRoute } from "../api/call-route.ts";
import { ErrorNotice, Loading, PageHead, Tabs } from "../design/parts.tsx";
import { useWords } from "../language/language.tsx";
import { InviteLink } from "../members/invite-link.tsx";
import { mayAs, useSignedIn } from "../session/session.tsx";
import { InvoicesPart } from "./invoices-part.tsx";
import { KeysPart } from "./keys-part.tsx";
import { UsagePart } from "./usage-part.tsx";

export function CustomerPage() {
  const { customer = "" } = useParams();
  return <CustomerView customer={customer} />;
}

export function CustomerView({ customer }: { customer: string }) {
  const { say } = useWords();
  const session = useSignedIn();
  const found = useQuery({
    queryKey: ["customer", customer],
    queryFn: () => callRoute(accountsRoutes.readCustomer, { params: { customer } }),
  });
  const invite = useMutation({ mutationFn: () => callRoute(accountsRoutes.inviteCustomerLogin, { params: { customer } }) });
  if (found.isPending) return <Loading />;
  if (found.isError) return <ErrorNotice error={found.error} />;
  const tabs = [
    { id: "keys", label: say("customer.keys"), content: () => <KeysPart customer={customer} /> },
    { id: "usage", label: say("customer.usage"), content: () => <UsagePart customer={customer} /> },
    { id: "invoices", label: say("customer.invoices"), content: () => <InvoicesPart customer={customer} /> },
  ];
  return (
    <div className="page">
      <PageHead title={found.data.title} lead={found.data.name}>
        <span className={found.data.status === "active" ? "badge good" : "badge warn"}>{say(`status.${found.data.status}`)}</span>
        {mayAs(session, "engineer") ? (
          <button type="button" className="button" disabled={invite.isPending} onClick={() => invite.mutate()}>
            {say("customer.invite")}
          </button>
        ) : null}
      </PageHead>
      <ErrorNotice error={invite.error} />
      {invite.data === undefined ? null : <InviteLink invitation={invite.data} />}
      <Tabs label={say("customer.parts")} tabs={tabs} />
    </div>
  );
}
