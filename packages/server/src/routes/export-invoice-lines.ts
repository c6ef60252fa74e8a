import { billingRoutes, type InvoiceShape, MegalithError, uuidFromId } from "@megalith/contract";
import type { BillingService } from "@megalith/platform/billing";
import type { CsvCell, CsvExports } from "../csv-reply.ts";
import { bindRoute } from "../route.ts";
import { customerOf } from "./usage-scope.ts";

const header = [
  "invoice",
  "month",
  "customer",
  "kind",
  "service",
  "plan",
  "plan_version",
  "tier_from",
  "tier_up_to",
  "quantity",
  "unit_nanos",
  "exact_nanos",
  "amount_nanos",
  "currency",
  "prepaid",
];

export function exportInvoiceLines(uses: { billing: BillingService; exports: CsvExports }) {
  return bindRoute(billingRoutes.exportInvoiceLines, async (call) => {
    const id = uuidFromId("invoice", call.params.invoice);
    if (id === undefined) throw new MegalithError("request.not_found");
    const invoice = await uses.billing.invoices.read(call.principal.organisation, id, customerOf(call.principal, undefined));
    call.setHeader("content-disposition", `attachment; filename="${call.params.invoice}.csv"`);
    return uses.exports.reply(call.principal, header, onePage(invoice), call.signal);
  });
}

async function* onePage({ number, month, customerName, currency, lines }: InvoiceShape): AsyncGenerator<CsvCell[][]> {
  yield lines.map((line) => [
    number,
    month,
    customerName,
    line.kind,
    line.service,
    line.plan,
    line.planVersion,
    line.tier?.from ?? null,
    line.tier?.upTo ?? null,
    line.quantity,
    line.unitNanos === null ? null : BigInt(line.unitNanos),
    BigInt(line.exactNanos),
    BigInt(line.amountNanos),
    currency,
    line.prepaid,
  ]);
}
