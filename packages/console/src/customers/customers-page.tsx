/** Who buys answers. */
import { accountsRoutes } from "@megalith/contract";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { callRoute } from "../api/call-route.ts";
import { Field } from "../design/field.tsx";
import { DataTable, ErrorNotice, Loading, PageHead } from "../design/parts.tsx";
import { useToast } from "../design/toasts.tsx";
import { useWords } from "../language/language.tsx";
import { mayAs, useSignedIn } from "../session/session.tsx";

export function CustomersPage() {
  const { say, time } = useWords();
  const mayCreate = mayAs(useSignedIn(), "engineer");
  const customers = useQuery({ queryKey: ["customers"], queryFn: () => callRoute(accountsRoutes.listCustomers, { query: {} }) });
  return (
    <div className="page">
      <PageHead title={say("customers.title")} lead={say("customers.lead")} />
      {mayCreate ? <NewCustomer /> : null}
      {customers.isPending ? <Loading /> : <ErrorNotice error={customers.error} />}
      {customers.data?.items.length === 0 ? (
        <section className="card empty">
          <h2>{say("customers.empty.title")}</h2>
          <p className="quiet">{say("customers.empty.text")}</p>
        </section>
      ) : null}
      {customers.data === undefined || customers.data.items.length === 0 ? null : (
        <section className="card">
          <DataTable
            label={say("customers.title")}
            head={[say("common.title"), say("common.name"), say("common.status"), say("common.created")]}
          >
            {customers.data.items.map((customer) => (
              <tr key={customer.id}>
                <td>
                  <Link to={`/customers/${customer.id}`}>{customer.title}</Link>
                </td>
                <td>{customer.name}</td>
                <td>
                  <span className={customer.status === "active" ? "badge good" : "badge warn"}>{say(`status.${customer.status}`)}</span>
                </td>
                <td className="time">{time(customer.createdAt)}</td>
              </tr>
            ))}
          </DataTable>
        </section>
      )}
    </div>
  );
}

function NewCustomer() {
  const { say } = useWords();
  const navigate = useNavigate();
  const toast = useToast();
  const [name, setName] = useState("");
  const [title, setTitle] = useState("");
  const create = useMutation({
    mutationFn: () => callRoute(accountsRoutes.createCustomer, { body: { name, ...(title.trim() === "" ? {} : { title: title.trim() }) } }),
    onSuccess: (customer) => {
      toast(say("customers.created", { title: customer.title }));
      return navigate(`/customers/${customer.id}`);
    },
  });
  return (
    <form
      className="card"
      onSubmit={(event) => {
        event.preventDefault();
        create.mutate();
      }}
    >
      <h2>{say("customers.new")}</h2>
      <div className="fields">
        <Field label={say("common.title")}>
          <input className="input" value={title} maxLength={200} onChange={(event) => setTitle(event.target.value)} />
        </Field>
        <Field label={say("common.name")}>
          <input
            className="input"
            required
            value={name}
            title={say("common.nameHint")}
            pattern="[a-z0-9]([a-z0-9\-]*[a-z0-9])?"
            maxLength={64}
            onChange={(event) => setName(event.target.value)}
          />
        </Field>
        <button type="submit" className="button primary" disabled={create.isPending}>
          {say("customers.new")}
        </button>
      </div>
      <ErrorNotice error={create.error} />
    </form>
  );
}
