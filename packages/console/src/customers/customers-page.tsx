/** Who buys answers, and what each asked this month. */
import { accountsRoutes, type CustomerShape, meteringRoutes } from "@megalith/contract";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { callRoute } from "../api/call-route.ts";
import { DataTable, Loading, PageHead } from "../design/parts.tsx";
import { QueryFault } from "../design/query-fault.tsx";
import { useWords } from "../language/language.tsx";
import { mayAs, useSignedIn } from "../session/session.tsx";
import { currentMonth, periodOf } from "./months.ts";
import { NewCustomerDialog } from "./new-customer.tsx";
import { noUse, type Sum, sumBy, wordSum } from "./usage-sums.ts";

/** From how many customers on there is a field to find one. */
const searchFrom = 8;

export function CustomersPage() {
  const { say } = useWords();
  const mayCreate = mayAs(useSignedIn(), "engineer");
  const [isMaking, setMaking] = useState(false);
  const [search, setSearch] = useState("");
  const customers = useInfiniteQuery({
    queryKey: ["customers"],
    queryFn: ({ pageParam }) =>
      callRoute(accountsRoutes.listCustomers, { query: { limit: 500, ...(pageParam === null ? {} : { after: pageParam }) } }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
  });
  const all = customers.data?.pages.flatMap(({ items }) => items) ?? [];
  const wanted = search.trim().toLowerCase();
  const found = all.filter(({ name, title }) => `${title}\n${name}`.toLowerCase().includes(wanted));
  const isEmpty = customers.isSuccess && all.length === 0;
  const button = (
    <button type="button" className="button primary" onClick={() => setMaking(true)}>
      {say("customers.new")}
    </button>
  );
  return (
    <div className="page">
      <PageHead title={say("customers.title")} lead={say("customers.lead")}>
        {mayCreate && !isEmpty ? button : null}
      </PageHead>
      {isMaking ? <NewCustomerDialog onClose={() => setMaking(false)} /> : null}
      {customers.isPending ? <Loading /> : <QueryFault query={customers} />}
      {isEmpty ? (
        <section className="card empty">
          <h2>{say("customers.empty.title")}</h2>
          <p className="quiet">{say("customers.empty.text")}</p>
          {mayCreate ? button : null}
        </section>
      ) : null}
      {all.length === 0 ? null : (
        <section className="card listing">
          {all.length < searchFrom ? null : (
            <input
              type="search"
              className="input search"
              aria-label={say("customers.search")}
              placeholder={say("customers.search")}
              value={search}
              onChange={(event) => setSearch(event.target.value)}
            />
          )}
          {found.length === 0 ? <p className="quiet">{say("customers.noneFound", { text: search.trim() })}</p> : null}
          {found.length === 0 ? null : <CustomerTable customers={found} />}
          {customers.hasNextPage ? (
            <button
              type="button"
              className="button small middle"
              disabled={customers.isFetchingNextPage}
              onClick={() => void customers.fetchNextPage()}
            >
              {say("common.more")}
            </button>
          ) : null}
        </section>
      )}
    </div>
  );
}

function CustomerTable({ customers }: { customers: readonly CustomerShape[] }) {
  const { say, date, number, money } = useWords();
  const month = currentMonth();
  const usage = useQuery({
    queryKey: ["usage", "all", month],
    queryFn: () => callRoute(meteringRoutes.usageSummary, { query: periodOf(month) }),
  });
  const sums = sumBy(usage.data?.items ?? [], ({ customer }) => customer);
  const shown = (id: string, word: (sum: Sum) => string) => (usage.isSuccess ? word(sums.get(id) ?? noUse) : "");
  return (
    <DataTable
      label={say("customers.title")}
      look="stacked"
      head={[
        say("customers.customer"),
        say("common.status"),
        { number: say("customers.decisionsMonth") },
        { number: say("customers.amountMonth") },
        say("common.created"),
      ]}
    >
      {customers.map((customer) => (
        <tr key={customer.id}>
          <td className="lead wrap">
            <Link className="strong" to={`/customers/${customer.id}`}>
              {customer.title}
            </Link>
            <small className="under">{customer.name}</small>
          </td>
          <td>
            <span className={customer.status === "active" ? "badge good" : "badge warn"}>{say(`status.${customer.status}`)}</span>
          </td>
          <td className="number" data-label={say("customers.decisionsMonth")}>
            {shown(customer.id, ({ count }) => number(count))}
          </td>
          <td className="number" data-label={say("customers.amountMonth")}>
            {shown(customer.id, (sum) => wordSum(sum, { money }))}
          </td>
          <td className="time" data-label={say("common.created")}>
            {date(customer.createdAt)}
          </td>
        </tr>
      ))}
    </DataTable>
  );
}
