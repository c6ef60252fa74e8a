/**
 * Seeded tables for the tests of training: a loan book with columns known only after the outcome, and intrusion records
 * in which one honest column is very strong. Rows are made up; no person stands behind them.
 */
import type { TableColumn, TableContent } from "../tables/index.ts";
import { smallRandom } from "./metrics.ts";

/** Names of the columns that know the outcome. */
export const afterTheFact = [
  "recoveries",
  "collection_recovery_fee",
  "total_pymnt",
  "total_rec_prncp",
  "last_pymnt_amnt",
  "settlement_amount",
  "debt_settlement_flag_date",
  "hardship_length",
] as const;

export function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** 150 columns: an identifier, 141 honest ones of which ten carry signal, and eight after the fact. Target: defaulted. */
export function loanBook(rows: number, seed: number): TableContent {
  const random = smallRandom(seed);
  const honest = Array.from({ length: 141 }, () => new Float64Array(rows));
  const after = afterTheFact.map(() => new Float64Array(rows));
  const target = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    let logit = -2;
    honest.forEach((values, index) => {
      values[row] = Math.round(gaussian(random) * 1000) / 1000;
      if (index < 10) logit += (values[row] as number) * 0.45;
      if (random() < 0.05) values[row] = Number.NaN;
    });
    const bad = random() < 1 / (1 + Math.exp(-logit));
    target[row] = Number(bad);
    const amount = Math.round(2000 + random() * 30_000);
    const paid = bad ? amount * random() * 0.7 : amount * (1 + random() * 0.2);
    const settled = bad && random() < 0.3;
    const hard = bad && random() < 0.25;
    const facts = [
      bad && random() < 0.6 ? amount * random() * 0.2 : 0,
      bad && random() < 0.5 ? amount * random() * 0.02 : 0,
      paid,
      paid * 0.85,
      bad ? amount * 0.03 * random() : amount * random() * 0.6,
      settled ? amount * 0.4 : Number.NaN,
      settled ? 1_500_000_000_000 + random() * 1e11 : Number.NaN,
      hard ? 3 : Number.NaN,
    ];
    facts.forEach((value, index) => {
      (after[index] as Float64Array)[row] = Number.isNaN(value) ? value : Math.round(value * 100) / 100;
    });
  }
  const columns: TableColumn[] = [
    { name: "loan_id", kind: "numeric", values: Float64Array.from({ length: rows }, (_, row) => 100_000 + row) },
    ...honest.map((values, index): TableColumn => ({ name: honestName(index), kind: "numeric", values })),
    ...afterTheFact.map(
      (name, index): TableColumn => ({ name, kind: name.endsWith("_date") ? "date" : "numeric", values: after[index] as Float64Array }),
    ),
  ];
  return { rowCount: rows, columns: [...columns, { name: "defaulted", kind: "numeric", values: target }] };
}

/** Names of the trade that are honest although they sound near: a due instalment is known when the loan is asked for. */
export function honestName(index: number): string {
  const names = [
    "installment",
    "annual_income",
    "dti",
    "revol_util",
    "open_acc",
    "inq_last_6mths",
    "mths_since_last_delinq",
    "loan_amnt",
    "int_rate",
    "payment_to_income",
  ];
  return names[index] ?? `bureau_${index}`;
}

/** The loan book as CSV. */
export function loanCsv(rows: number, seed: number): string {
  const { columns } = loanBook(rows, seed);
  const cell = ({ kind, values }: TableColumn, row: number): string => {
    const value = values[row] as number;
    if (Number.isNaN(value)) return "";
    return kind === "date" ? new Date(value).toISOString() : String(value);
  };
  const lines = Array.from({ length: rows }, (_, row) => columns.map((column) => cell(column, row)).join(","));
  return `${columns.map(({ name }) => name).join(",")}\n${lines.join("\n")}\n`;
}

/** Connections: honest src_bytes alone reaches an AUC of about .975; the service and the duration help. Target: attack. */
export function intrusions(rows: number, seed: number): TableContent {
  const random = smallRandom(seed);
  const names = ["src_bytes", "dst_bytes", "duration", "service", "failed_logins"];
  const values = names.map(() => new Float64Array(rows));
  const target = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    const attack = random() < 0.45;
    target[row] = Number(attack);
    const cells = [
      Math.max(0, Math.round(Math.exp((attack ? 1.2 : 6.2) + gaussian(random) * 1.75))),
      Math.max(0, Math.round(Math.exp((attack ? 4 : 6) + gaussian(random) * 2))),
      Math.round(Math.abs(gaussian(random)) * (attack ? 20 : 5)),
      Math.floor((attack ? random() ** 2 : random()) * 8),
      random() < (attack ? 0.1 : 0.01) ? 1 : 0,
    ];
    cells.forEach((value, index) => {
      (values[index] as Float64Array)[row] = value;
    });
  }
  const categories = ["http", "smtp", "ftp", "dns", "ssh", "telnet", "pop3", "other"];
  const columns = names.map((name, index): TableColumn => {
    const own = { name, values: values[index] as Float64Array };
    return name === "service" ? { ...own, kind: "category", categories } : { ...own, kind: "numeric" };
  });
  return { rowCount: rows, columns: [...columns, { name: "attack", kind: "numeric", values: target }] };
}
