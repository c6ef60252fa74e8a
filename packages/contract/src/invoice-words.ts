/** Invoices in words: stored as data, put in words when read or printed. */
import type { InvoiceLineShape } from "./billing.ts";
import { formatAmount } from "./money.ts";

const phrases = {
  en: {
    invoice: "Invoice",
    preview: "Preview of an invoice",
    number: "Number",
    issued: "Issued",
    period: "Month",
    customer: "For",
    description: "Description",
    quantity: "Quantity",
    unitPrice: "Unit price",
    amount: "Amount",
    total: "Total",
    prepaid: "Paid from the prepaid balance",
    due: "Amount due",
    units: "{service}: decisions {from} to {upTo} of a day",
    unitsOpen: "{service}: decisions from {from} of a day",
    unitsFlat: "{service}: decisions",
    included: "{service}: decisions included in the monthly fee",
    value_share: "{service}: share of the transactions' value",
    reasons_surcharge: "{service}: reasons",
    monthly_fee: "Monthly fee",
    plan: "plan {plan}, version {version}",
    prepaidLine: "prepaid",
    page: "Page {page} of {pages}",
  },
  "zh-CN": {
    invoice: "账单",
    preview: "账单预览",
    number: "编号",
    issued: "开具日期",
    period: "月份",
    customer: "客户",
    description: "项目",
    quantity: "数量",
    unitPrice: "单价",
    amount: "金额",
    total: "合计",
    prepaid: "已从预付余额支付",
    due: "应付金额",
    units: "{service}：每日第 {from} 至 {upTo} 次决策",
    unitsOpen: "{service}：每日第 {from} 次起的决策",
    unitsFlat: "{service}：决策",
    included: "{service}：月费包含的决策",
    value_share: "{service}：按交易金额计费",
    reasons_surcharge: "{service}：原因说明",
    monthly_fee: "月费",
    plan: "方案 {plan}，第 {version} 版",
    prepaidLine: "预付",
    page: "第 {page} 页，共 {pages} 页",
  },
} as const;

export type InvoiceLanguage = keyof typeof phrases;
export type InvoiceWord = keyof (typeof phrases)["en"];

export function wordInvoice(language: InvoiceLanguage, word: InvoiceWord, values: Readonly<Record<string, string>> = {}): string {
  return phrases[language][word].replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}

/** What a line is for, for example "credit-risk: decisions 1 to 1000 of a day (plan standard, version 1)". */
export function wordInvoiceLine(language: InvoiceLanguage, line: InvoiceLineShape): string {
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
