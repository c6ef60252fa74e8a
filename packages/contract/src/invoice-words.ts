/** Invoices in words: stored as data, put in words when read or printed. */
import type { InvoiceLineShape } from "./billing.ts";
import { type MessageKey, type MessageLanguage, translate } from "./messages/translate.ts";
import { formatAmount } from "./money.ts";

type DocumentKey = Extract<MessageKey, `document.${string}`>;
export type InvoiceWord = DocumentKey extends `document.${infer Word}` ? Word : never;

export function wordInvoice(language: MessageLanguage, word: InvoiceWord, values: Readonly<Record<string, string>> = {}): string {
  return translate(language, `document.${word}`, values);
}

/** What a line is for, for example "credit-risk: decisions 1 to 1000 of a day (plan standard, version 1)". */
export function wordInvoiceLine(language: MessageLanguage, line: InvoiceLineShape): string {
  const values = { service: line.service ?? "", from: String(line.tier?.from ?? 1), upTo: String(line.tier?.upTo ?? "") };
  const flat = line.tier === null || (line.tier.from === 1 && line.tier.upTo === null);
  const units = flat ? "unitsFlat" : line.tier?.upTo === null ? "unitsOpen" : "units";
  const plan = wordInvoice(language, "plan", { plan: line.plan, version: String(line.planVersion) });
  const note = line.prepaid ? `${plan}; ${wordInvoice(language, "prepaidLine")}` : plan;
  return `${wordInvoice(language, line.kind === "units" ? units : line.kind, values)} (${note})`;
}

/** An amount with its currency: "12.50 EUR". */
export function wordMoney(nanos: string, currency: string): string {
  return `${formatAmount(BigInt(nanos), currency)} ${currency}`;
}
