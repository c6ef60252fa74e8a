/** The invoices of a customer: a month's preview, issuing it, and what was issued, as PDF too. */
import { billingRoutes, type InvoiceShape, wordInvoiceLine, wordMoney } from "@megalith/contract";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { addressOf, callRoute } from "../api/call-route.ts";
import { ConfirmButton } from "../design/confirm-button.tsx";
import { Field } from "../design/field.tsx";
import { DataTable, ErrorNotice, Loading } from "../design/parts.tsx";
import { useToast } from "../design/toasts.tsx";
import { useWords } from "../language/language.tsx";
import { mayAs, useSignedIn } from "../session/session.tsx";

export function InvoicesPart({ customer }: { customer: string }) {
  const { say, month: wordMonth } = useWords();
  const client = useQueryClient();
  const toast = useToast();
  const mayIssue = mayAs(useSignedIn(), "owner");
  const [month, setMonth] = useState(() => new Date().toISOString().slice(0, 7));
  const preview = useQuery({
    queryKey: ["invoice-preview", customer, month],
    queryFn: () => callRoute(billingRoutes.previewInvoice, { query: { customer, month } }),
  });
  const finalise = useMutation({
    mutationFn: () => callRoute(billingRoutes.finaliseInvoice, { body: { customer, month } }),
    onSuccess: ({ items }) => {
      const numbers = items.flatMap(({ number }) => number ?? []).join(", ");
      toast(numbers === "" ? say("invoice.nothingIssued", { month: wordMonth(month) }) : say("invoice.finalised", { number: numbers }));
      return Promise.all([
        client.invalidateQueries({ queryKey: ["invoices", customer] }),
        client.invalidateQueries({ queryKey: ["invoice-preview", customer] }),
      ]);
    },
  });
  return (
    <>
      <section className="card">
        <div className="row apart">
          <Field label={say("invoice.month")}>
            <input
              className="input"
              type="month"
              value={month}
              required
              onChange={(event) => event.target.value !== "" && setMonth(event.target.value)}
            />
          </Field>
          {mayIssue ? (
            <ConfirmButton
              label={say("invoice.finalise")}
              question={say("invoice.finaliseSure", { month: wordMonth(month) })}
              busy={finalise.isPending}
              onConfirm={() => finalise.mutate()}
            />
          ) : null}
        </div>
        <ErrorNotice error={finalise.error} />
        <h2>{say("invoice.preview", { month: wordMonth(month) })}</h2>
        {preview.isPending ? <Loading /> : <ErrorNotice error={preview.error} />}
        {preview.data?.items.length === 0 ? <p className="quiet">{say("invoice.previewEmpty")}</p> : null}
        {preview.data?.items.map((invoice) => (
          <div key={invoice.currency} className="stack">
            <InvoiceTable invoice={invoice} />
            {invoice.lines.length === 0 || invoice.status === "final" ? null : (
              <a
                className="small"
                download
                href={addressOf(billingRoutes.previewInvoicePdf, { query: { customer, month, currency: invoice.currency } })}
              >
                {say("invoice.previewPdf")}
              </a>
            )}
          </div>
        ))}
      </section>
      <IssuedInvoices customer={customer} />
    </>
  );
}

function InvoiceTable({ invoice }: { invoice: InvoiceShape }) {
  const { say, number, language, month } = useWords();
  const rows: [string, string, string][] = [["total", say("invoice.total"), invoice.totalNanos]];
  if (invoice.prepaidNanos !== "0")
    rows.push(["prepaid", say("invoice.prepaid"), invoice.prepaidNanos], ["due", say("invoice.due"), invoice.dueNanos]);
  return (
    <DataTable
      label={say("invoice.preview", { month: month(invoice.month) })}
      head={[say("invoice.item"), { number: say("invoice.quantity") }, { number: say("invoice.unit") }, { number: say("invoice.amount") }]}
    >
      {invoice.lines.map((line) => (
        <tr key={`${line.kind}${line.service}${line.planVersion}${line.tier?.from}${line.prepaid}`}>
          <td className="wrap">{wordInvoiceLine(language, line)}</td>
          <td className="number">{number(line.quantity)}</td>
          <td className="number">{line.unitNanos === null ? "–" : wordMoney(line.unitNanos, invoice.currency)}</td>
          <td className="number">{wordMoney(line.amountNanos, invoice.currency)}</td>
        </tr>
      ))}
      {rows.map(([id, label, nanos]) => (
        <tr key={id}>
          <td colSpan={3}>
            <strong>{label}</strong>
          </td>
          <td className="number">
            <strong data-testid={`invoice-${id}`}>{wordMoney(nanos, invoice.currency)}</strong>
          </td>
        </tr>
      ))}
    </DataTable>
  );
}

function IssuedInvoices({ customer }: { customer: string }) {
  const { say, time, month, language } = useWords();
  const invoices = useQuery({
    queryKey: ["invoices", customer],
    queryFn: () => callRoute(billingRoutes.listInvoices, { query: { customer } }),
  });
  return (
    <section className="card">
      <h2>{say("invoice.issued")}</h2>
      {invoices.isPending ? <Loading /> : <ErrorNotice error={invoices.error} />}
      {invoices.data?.items.length === 0 ? <p className="quiet">{say("invoice.noneIssued")}</p> : null}
      {invoices.data === undefined || invoices.data.items.length === 0 ? null : (
        <DataTable
          label={say("invoice.issued")}
          head={[say("invoice.number"), say("invoice.month"), { number: say("invoice.total") }, say("common.created"), say("invoice.pdf")]}
        >
          {invoices.data.items.map((invoice) => (
            <tr key={invoice.id}>
              <td>{invoice.number}</td>
              <td>{month(invoice.month)}</td>
              <td className="number">{wordMoney(invoice.totalNanos, invoice.currency)}</td>
              <td className="time">{invoice.issuedAt === null ? "–" : time(invoice.issuedAt)}</td>
              <td>
                <a
                  href={addressOf(billingRoutes.readInvoicePdf, { params: { invoice: invoice.id ?? "" }, query: { language } })}
                  download
                  aria-label={say("invoice.pdfOf", { number: invoice.number ?? "" })}
                >
                  {say("invoice.pdf")}
                </a>{" "}
                <a
                  href={addressOf(billingRoutes.exportInvoiceLines, { params: { invoice: invoice.id ?? "" } })}
                  download
                  aria-label={say("invoice.csvOf", { number: invoice.number ?? "" })}
                >
                  CSV
                </a>
              </td>
            </tr>
          ))}
        </DataTable>
      )}
    </section>
  );
}
