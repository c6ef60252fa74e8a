/** An invoice as it reads: who sells, who buys, of which month, the lines by service, the total. */
import { billingRoutes, exponentOf, type InvoiceLineShape, type InvoiceShape } from "@megalith/contract";
import { addressOf } from "../api/call-route.ts";
import { useWords } from "../language/language.tsx";
import { IdentityText } from "./identity-fields.tsx";

export function InvoicePaper({ invoice }: { invoice: InvoiceShape }) {
  const { say, month, date } = useWords();
  const isPreview = invoice.status === "preview";
  return (
    <article className="card paper">
      <header className="paper-head">
        <div>
          <h2>
            {isPreview ? say("invoice.preview", { month: month(invoice.month) }) : say("invoice.titleOf", { number: invoice.number ?? "" })}
          </h2>
          <p className="quiet small">
            {isPreview ? say("invoice.previewText") : say("invoice.issuedOn", { date: date(invoice.issuedAt ?? "") })}
          </p>
        </div>
        <Actions invoice={invoice} />
      </header>
      <dl className="parties">
        <div>
          <dt>{say("document.seller")}</dt>
          <dd>
            <IdentityText name={invoice.seller} identity={invoice.sellerIdentity} />
          </dd>
        </div>
        <div>
          <dt>{say("document.customer")}</dt>
          <dd>
            <IdentityText name={invoice.customerName} identity={invoice.customerIdentity} />
          </dd>
        </div>
        <div>
          <dt>{say("document.period")}</dt>
          <dd>{month(invoice.month)}</dd>
        </div>
      </dl>
      <Lines invoice={invoice} />
      <Sums invoice={invoice} />
    </article>
  );
}

function Actions({ invoice }: { invoice: InvoiceShape }) {
  const { say, language } = useWords();
  const { id, customer, month, currency, number } = invoice;
  const pdf =
    id === null
      ? addressOf(billingRoutes.previewInvoicePdf, { query: { customer, month, currency, language } })
      : addressOf(billingRoutes.readInvoicePdf, { params: { invoice: id }, query: { language } });
  const json =
    id === null
      ? addressOf(billingRoutes.previewInvoice, { query: { customer, month } })
      : addressOf(billingRoutes.readInvoice, { params: { invoice: id } });
  const file = `${number ?? `preview-${month}`}.json`;
  return (
    <div className="row tight unprinted">
      <button type="button" className="button small" onClick={() => print()}>
        {say("invoice.print")}
      </button>
      <a
        className="button small"
        download
        href={pdf}
        aria-label={id === null ? say("invoice.previewPdf") : say("invoice.pdfOf", { number: number ?? "" })}
      >
        {say("invoice.pdf")}
      </a>
      {id === null ? null : (
        <a
          className="button small"
          download
          href={addressOf(billingRoutes.exportInvoiceLines, { params: { invoice: id } })}
          aria-label={say("invoice.csvOf", { number: number ?? "" })}
        >
          CSV
        </a>
      )}
      <a className="button small" download={file} href={json} aria-label={say("invoice.jsonOf", { number: number ?? month })}>
        JSON
      </a>
    </div>
  );
}

/** Lines one after another that are of the same service and plan. */
function groupsOf(lines: readonly InvoiceLineShape[]): { readonly of: InvoiceLineShape; readonly lines: InvoiceLineShape[] }[] {
  const groups: { readonly of: InvoiceLineShape; readonly lines: InvoiceLineShape[] }[] = [];
  for (const line of lines) {
    const last = groups.at(-1);
    const isSame = last?.of.service === line.service && last.of.plan === line.plan && last.of.planVersion === line.planVersion;
    if (last !== undefined && isSame) last.lines.push(line);
    else groups.push({ of: line, lines: [line] });
  }
  return groups;
}

function Lines({ invoice: { lines, currency } }: { invoice: InvoiceShape }) {
  const { say } = useWords();
  if (lines.length === 0) return <p className="quiet">{say("invoice.previewEmpty")}</p>;
  return (
    <table className="table lines">
      <thead>
        <tr>
          <th scope="col">{say("invoice.item")}</th>
          <th scope="col" className="number roomy">
            {say("invoice.quantity")}
          </th>
          <th scope="col" className="number roomy">
            {say("invoice.unit")}
          </th>
          <th scope="col" className="number">
            {say("invoice.amountIn", { currency })}
          </th>
        </tr>
      </thead>
      {groupsOf(lines).map(({ of, lines: own }) => (
        <tbody key={`${of.service} ${of.plan} ${of.planVersion}`}>
          <tr className="group">
            <th scope="rowgroup" colSpan={4}>
              {of.service ?? say("invoice.fees")}{" "}
              <small className="quiet">{say("document.plan", { plan: of.plan, version: of.planVersion })}</small>
            </th>
          </tr>
          {own.map((line) => (
            <Line key={`${line.kind} ${line.tier?.from} ${line.prepaid}`} line={line} currency={currency} />
          ))}
        </tbody>
      ))}
    </table>
  );
}

function Line({ line, currency }: { line: InvoiceLineShape; currency: string }) {
  const { say, number, amount } = useWords();
  const digits = exponentOf(currency);
  const unit = line.unitNanos === null ? null : amount(line.unitNanos, currency, digits);
  return (
    <tr>
      <td className="wrap">
        {useLineWords(line)}
        {line.prepaid ? <span className="badge beside">{say("document.prepaidLine")}</span> : null}
        <small className="under small-only">
          {number(line.quantity)}
          {unit === null ? "" : ` × ${unit}`}
        </small>
      </td>
      <td className="number roomy">{number(line.quantity)}</td>
      <td className="number roomy">{unit ?? "–"}</td>
      <td className="number">{amount(line.amountNanos, currency, digits)}</td>
    </tr>
  );
}

/** What the line is for; its service and plan stand above it. */
function useLineWords({ kind, tier }: InvoiceLineShape): string {
  const { say, number } = useWords();
  if (kind !== "units") return say(`line.${kind}`);
  if (tier === null || (tier.from === 1 && tier.upTo === null)) return say("line.unitsFlat");
  return tier.upTo === null
    ? say("line.unitsOpen", { from: number(tier.from) })
    : say("line.units", { from: number(tier.from), upTo: number(tier.upTo) });
}

function Sums({ invoice }: { invoice: InvoiceShape }) {
  const { say, money } = useWords();
  const { totalNanos, prepaidNanos, dueNanos, currency } = invoice;
  const rows: [string, string, string][] = [["total", say("invoice.total"), totalNanos]];
  if (prepaidNanos !== "0") rows.push(["prepaid", say("invoice.prepaid"), `-${prepaidNanos}`], ["due", say("invoice.due"), dueNanos]);
  return (
    <dl className="sums">
      {rows.map(([id, label, nanos], index) => (
        <div key={id} className={index === rows.length - 1 ? "last" : undefined}>
          <dt>{label}</dt>
          <dd data-testid={`invoice-${id}`}>{money(nanos, currency)}</dd>
        </div>
      ))}
    </dl>
  );
}
