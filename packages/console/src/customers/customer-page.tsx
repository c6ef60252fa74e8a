/** One customer: its keys, usage, invoices and details. */
import { accountsRoutes } from "@megalith/contract";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "react-router";
import { ApiError, callRoute } from "../api/call-route.ts";
import { Loading, PageHead, Tabs } from "../design/parts.tsx";
import { QueryFault } from "../design/query-fault.tsx";
import { useWords } from "../language/language.tsx";
import { NotFoundPage } from "../not-found-page.tsx";
import { DetailsPart } from "./details-part.tsx";
import { InvoicesPart } from "./invoices-part.tsx";
import { KeysPart } from "./keys-part.tsx";
import { UsagePart } from "./usage-part.tsx";

export function CustomerPage() {
  const { customer = "" } = useParams();
  return <CustomerView key={customer} id={customer} />;
}

export function CustomerView({ id }: { id: string }) {
  const { say } = useWords();
  const found = useQuery({
    queryKey: ["customer", id],
    queryFn: () => callRoute(accountsRoutes.readCustomer, { params: { customer: id } }),
  });
  if (found.isPending) return <Loading />;
  if (found.error instanceof ApiError && found.error.status === 404) return <NotFoundPage />;
  if (found.isError) return <QueryFault query={found} />;
  const customer = found.data;
  const tabs = [
    { id: "keys", label: say("customer.keys"), content: () => <KeysPart customer={customer} /> },
    { id: "usage", label: say("customer.usage"), content: () => <UsagePart customer={customer} /> },
    { id: "invoices", label: say("customer.invoices"), content: () => <InvoicesPart customer={customer} /> },
    { id: "details", label: say("customer.details"), content: () => <DetailsPart customer={customer} /> },
  ];
  return (
    <div className="page">
      <PageHead title={customer.title} lead={customer.name}>
        <span className={customer.status === "active" ? "badge good" : "badge warn"}>{say(`status.${customer.status}`)}</span>
      </PageHead>
      <Tabs label={say("customer.parts")} tabs={tabs} param="part" />
    </div>
  );
}
