/**
 * An invoice: a pure function of a month's usage and the plans' versions. Amounts are bigint nanos.
 *
 * Each line carries its exact sum and that sum rounded once, half to even, to what the currency prints. The lines'
 * exact sums add up to the ledger plus fees, to the nano; their rounded amounts add up to the total.
 */
import { roundToCurrency } from "@megalith/contract";
import type { UsageLine } from "../metering/index.ts";
import type { Prices } from "./plan.ts";

export type LineKind = "units" | "included" | "value_share" | "reasons_surcharge" | "monthly_fee";

export interface InvoiceLine {
  readonly kind: LineKind;
  /** Null for a fee. */
  readonly serviceId: string | null;
  readonly plan: string;
  readonly planVersion: number;
  /** Which units of a day; null where it makes no difference. */
  readonly tier: { readonly from: number; readonly upTo: number | null } | null;
  readonly quantity: number;
  /** Null where each unit has its own. */
  readonly unitNanos: bigint | null;
  readonly exactNanos: bigint;
  readonly amountNanos: bigint;
  readonly prepaid: boolean;
}

/** A plan version as the invoice needs it. */
export interface Terms {
  readonly plan: string;
  readonly version: number;
  readonly prices: Prices;
}

export interface InvoiceSums {
  readonly currency: string;
  readonly lines: readonly InvoiceLine[];
  readonly exactNanos: bigint;
  readonly totalNanos: bigint;
  readonly prepaidNanos: bigint;
  readonly dueNanos: bigint;
}

const kindOrder: readonly LineKind[] = ["monthly_fee", "included", "units", "value_share", "reasons_surcharge"];

/** One invoice a currency, in the order of the codes. A plan's fee is due for a month in which it was used. */
export function computeInvoices(usage: readonly UsageLine[], terms: ReadonlyMap<string, Terms>): InvoiceSums[] {
  const currencies = [...new Set(usage.map((line) => line.currency))].sort();
  return currencies.map((currency) =>
    computeInvoice(
      currency,
      usage.filter((line) => line.currency === currency),
      terms,
    ),
  );
}

/** @throws RangeError for usage of another currency, or of a plan version without terms. */
export function computeInvoice(currency: string, usage: readonly UsageLine[], terms: ReadonlyMap<string, Terms>): InvoiceSums {
  const lines: InvoiceLine[] = [...fees(currency, usage, terms)];
  const extras = new Map<string, { line: UsageLine; reasonsCount: number; count: number; shareNanos: bigint }>();
  for (const line of usage) {
    if (line.currency !== currency) throw new RangeError(`usage in ${line.currency} is not summed into ${currency}`);
    const { prices } = termsOf(terms, line);
    const unitNanos = line.included ? 0n : unitPrice(prices, line.tier);
    const units = unitNanos * BigInt(line.count);
    const shareNanos = line.amountNanos - units - prices.reasonsSurchargeNanos * BigInt(line.reasonsCount);
    const tier = line.included ? null : { from: (prices.tiers[line.tier - 1]?.upTo ?? 0) + 1, upTo: prices.tiers[line.tier]?.upTo ?? null };
    lines.push(
      makeLine(currency, line, terms, {
        kind: line.included ? "included" : "units",
        tier,
        quantity: line.count,
        unitNanos,
        exactNanos: units,
      }),
    );
    const key = `${line.serviceId} ${line.planVersionId} ${line.prepaid}`;
    const extra = extras.get(key) ?? { line, reasonsCount: 0, count: 0, shareNanos: 0n };
    extras.set(key, {
      line,
      reasonsCount: extra.reasonsCount + line.reasonsCount,
      count: extra.count + line.count,
      shareNanos: extra.shareNanos + shareNanos,
    });
  }
  for (const { line, reasonsCount, count, shareNanos } of extras.values()) {
    const { prices } = termsOf(terms, line);
    if (prices.valueShare !== null)
      lines.push(
        makeLine(currency, line, terms, { kind: "value_share", tier: null, quantity: count, unitNanos: null, exactNanos: shareNanos }),
      );
    const unitNanos = prices.reasonsSurchargeNanos;
    if (reasonsCount > 0 && unitNanos > 0n) {
      const exactNanos = unitNanos * BigInt(reasonsCount);
      lines.push(makeLine(currency, line, terms, { kind: "reasons_surcharge", tier: null, quantity: reasonsCount, unitNanos, exactNanos }));
    }
  }
  return sum(currency, lines.sort(inOrder));
}

function* fees(currency: string, usage: readonly UsageLine[], terms: ReadonlyMap<string, Terms>): Generator<InvoiceLine> {
  const firstUsed = new Map<string, Terms>();
  for (const line of usage) {
    const found = termsOf(terms, line);
    const first = firstUsed.get(found.plan);
    if (first === undefined || found.version < first.version) firstUsed.set(found.plan, found);
  }
  for (const { plan, version, prices } of firstUsed.values()) {
    const fee = prices.monthlyFeeNanos;
    if (fee === 0n) continue;
    const amountNanos = roundToCurrency(fee, currency);
    const shared = { serviceId: null, tier: null, quantity: 1, prepaid: false };
    yield { kind: "monthly_fee", plan, planVersion: version, unitNanos: fee, exactNanos: fee, amountNanos, ...shared };
  }
}

function makeLine(
  currency: string,
  line: UsageLine,
  terms: ReadonlyMap<string, Terms>,
  part: Pick<InvoiceLine, "kind" | "tier" | "quantity" | "unitNanos" | "exactNanos">,
): InvoiceLine {
  const { plan, version } = termsOf(terms, line);
  const amountNanos = roundToCurrency(part.exactNanos, currency);
  return { ...part, serviceId: line.serviceId, plan, planVersion: version, amountNanos, prepaid: line.prepaid };
}

function sum(currency: string, lines: readonly InvoiceLine[]): InvoiceSums {
  let exactNanos = 0n;
  let totalNanos = 0n;
  let prepaidNanos = 0n;
  for (const line of lines) {
    exactNanos += line.exactNanos;
    totalNanos += line.amountNanos;
    if (line.prepaid) prepaidNanos += line.amountNanos;
  }
  return { currency, lines, exactNanos, totalNanos, prepaidNanos, dueNanos: totalNanos - prepaidNanos };
}

function unitPrice(prices: Prices, tier: number): bigint {
  const found = prices.tiers[tier];
  if (found === undefined) throw new RangeError(`there is no tier ${tier}`);
  return found.priceNanos;
}

function termsOf(terms: ReadonlyMap<string, Terms>, line: UsageLine): Terms {
  const found = terms.get(line.planVersionId);
  if (found === undefined) throw new RangeError(`there are no terms for the plan version ${line.planVersionId}`);
  return found;
}

function inOrder(a: InvoiceLine, b: InvoiceLine): number {
  return (
    compare(a.plan, b.plan) ||
    compare(a.serviceId ?? "", b.serviceId ?? "") ||
    a.planVersion - b.planVersion ||
    kindOrder.indexOf(a.kind) - kindOrder.indexOf(b.kind) ||
    (a.tier?.from ?? 0) - (b.tier?.from ?? 0) ||
    Number(a.prepaid) - Number(b.prepaid)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
