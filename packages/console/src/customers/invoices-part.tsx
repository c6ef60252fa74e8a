/** The invoices of a customer: a month's as it reads, issuing it, and what was issued. */
import { billingRoutes, type CustomerShape, type InvoiceShape } from "@megalith/contract";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { Link } from "react-router";
import { addressOf, callRoute } from "../api/call-route.ts";
import { ConfirmButton } from "../design/confirm-button.tsx";
import { DataTable, ErrorNotice, Loading } from "../design/parts.tsx";
import { QueryFault } from "../design/query-fault.tsx";
import { useToast } from "../design/toasts.tsx";
import { useWords } from "../language/language.tsx";
import { mayAs, useSignedIn } from "../session/session.tsx";
import { InvoicePaper } from "./invoice-paper.tsx";
import { MonthPicker } from "./month-picker.tsx";
import { currentMonth, shiftMonth } from "./months.ts";

export function InvoicesPart({ customer }: { customer: CustomerShape }) {
  const { say, month: wordMonth } = useWords();
  const mayIssue = mayAs(useSignedIn(), "owner");
  const [month, setMonth] = useState(currentMonth);
  const top = useRef<HTMLDivElement>(null);
  const preview = useQuery({
    queryKey: ["invoice-preview", customer.id, month],
    queryFn: () => callRoute(billingRoutes.previewInvoice, { query: { customer: customer.id, month } }),
  });
  const open = preview.data?.items.filter(({ status }) => status === "preview") ?? [];
  const show = (chosen: string) => {
    setMonth(chosen);
    top.current?.scrollIntoView({ block: "start" });
  };
  return (
    <>
      <div ref={top} className="toolbar">
        <MonthPicker first={customer.createdAt.slice(0, 7)} value={month} onChange={setMonth} />
        {mayIssue && open.length > 0 ? <IssueButton customer={customer} month={month} open={open} /> : null}
      </div>
      {preview.isPending ? <Loading /> : <QueryFault query={preview} />}
      {preview.data?.items.length === 0 ? (
        <section className="card empty">
          <h2>{say("invoice.emptyTitle", { month: wordMonth(month) })}</h2>
          <p className="quiet">{say("invoice.previewEmpty")}</p>
        </section>
      ) : null}
      {mayIssue && open.length > 0 ? <MissingIdentity customer={customer} invoice={open[0]} /> : null}
      {preview.data?.items.map((invoice) => (
        <InvoicePaper key={invoice.currency} invoice={invoice} />
      ))}
      <IssuedInvoices customer={customer.id} onShow={show} />
    </>
  );
}

/** Issues the month once it is over everywhere: noon of the next month's first day in UTC. */
function IssueButton({ customer, month, open }: { customer: CustomerShape; month: string; open: readonly InvoiceShape[] }) {
  const { say, month: wordMonth, time, money } = useWords();
  const client = useQueryClient();
  const toast = useToast();
  const finalise = useMutation({
    mutationFn: () => callRoute(billingRoutes.finaliseInvoice, { body: { customer: customer.id, month } }),
    onSuccess: ({ items }) => {
      const numbers = items.flatMap(({ number }) => number ?? []).join(", ");
      toast(numbers === "" ? say("invoice.nothingIssued", { month: wordMonth(month) }) : say("invoice.finalised", { number: numbers }));
      return Promise.all([
        client.invalidateQueries({ queryKey: ["invoices", customer.id] }),
        client.invalidateQueries({ queryKey: ["invoice-preview", customer.id] }),
      ]);
    },
  });
  const from = `${shiftMonth(month, 1)}-01T12:00:00Z`;
  if (Date.now() < Date.parse(from)) return <p className="quiet small end">{say("invoice.notYet", { time: time(from) })}</p>;
  const total = open.map(({ totalNanos, currency }) => money(totalNanos, currency)).join(" + ");
  return (
    <div className="end">
      <ConfirmButton
        label={say("invoice.finalise")}
        question={say("invoice.finaliseSure", { month: wordMonth(month), total })}
        busy={finalise.isPending}
        onConfirm={() => finalise.mutate()}
      />
      <ErrorNotice error={finalise.error} />
    </div>
  );
}

/** What should be known before an invoice gets its number, and where it is filled in. */
function MissingIdentity({ customer, invoice }: { customer: CustomerShape; invoice: InvoiceShape | undefined }) {
  const { say } = useWords();
  const seller = invoice?.sellerIdentity;
  const noSeller = seller?.legalName == null || seller.address === null;
  const noBuyer = customer.billing.legalName === null || customer.billing.address === null;
  if (!noSeller && !noBuyer) return null;
  return (
    <div className="notice warn row apart unprinted">
      <p>{say(noSeller && noBuyer ? "identity.noBoth" : noSeller ? "identity.noSeller" : "identity.noBuyer")}</p>
      <div className="row tight">
        {noSeller ? (
          <Link className="button small" to="/organisation">
            {say("identity.fillSeller")}
          </Link>
        ) : null}
        {noBuyer ? (
          <Link className="button small" to={`/customers/${customer.id}?part=details`}>
            {say("identity.fillBuyer")}
          </Link>
        ) : null}
      </div>
    </div>
  );
}

function IssuedInvoices({ customer, onShow }: { customer: string; onShow: (month: string) => void }) {
  const { say, date, month, money, language } = useWords();
  const invoices = useInfiniteQuery({
    queryKey: ["invoices", customer],
    queryFn: ({ pageParam }) =>
      callRoute(billingRoutes.listInvoices, { query: { customer, limit: 24, ...(pageParam === null ? {} : { after: pageParam }) } }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
  });
  const all = invoices.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <section className="card listing unprinted">
      <h2>{say("invoice.issued")}</h2>
      {invoices.isPending ? <Loading /> : <QueryFault query={invoices} />}
      {invoices.isSuccess && all.length === 0 ? <p className="quiet">{say("invoice.noneIssued")}</p> : null}
      {all.length === 0 ? null : (
        <DataTable
          label={say("invoice.issued")}
          look="stacked"
          head={[say("invoice.number"), say("invoice.month"), say("document.issued"), { number: say("invoice.total") }, ""]}
        >
          {all.map((invoice) => (
            <tr key={invoice.id}>
              <td className="lead">
                <button type="button" className="link strong" onClick={() => onShow(invoice.month)}>
                  {invoice.number}
                </button>
              </td>
              <td data-label={say("invoice.month")}>{month(invoice.month)}</td>
              <td data-label={say("document.issued")}>{invoice.issuedAt === null ? "–" : date(invoice.issuedAt)}</td>
              <td className="number" data-label={say("invoice.total")}>
                {money(invoice.totalNanos, invoice.currency)}
              </td>
              <td className="end">
                <a
                  href={addressOf(billingRoutes.readInvoicePdf, { params: { invoice: invoice.id ?? "" }, query: { language } })}
                  download
                  aria-label={say("invoice.pdfOf", { number: invoice.number ?? "" })}
                >
                  {say("invoice.pdf")}
                </a>
              </td>
            </tr>
          ))}
        </DataTable>
      )}
      {invoices.hasNextPage ? (
        <button
          type="button"
          className="button small middle"
          disabled={invoices.isFetchingNextPage}
          onClick={() => void invoices.fetchNextPage()}
        >
          {say("common.more")}
        </button>
      ) : null}
    </section>
  );
}
