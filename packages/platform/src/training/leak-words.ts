/** Names that speak of what happens after the outcome. Words of the trade, not of a data set. */
const strong =
  /(^|[_\W])(recover(y|ies|ed)|collect(ion|ions|ed)|charge_?off|charged_?off|write_?off|written_?off|settle(d|ment|ments)?|hardship|repossess(ion|ed)?|foreclos(ed|ure)|chargeback|charge_back|default_date|closed_date|close_reason|outcome|cancel(l?ed|lation)_(date|reason)|churn_(date|reason)|resolution|resolved|disposition|verdict|investigat(ed|ion)|payoff|paid_off|prepaid_date)($|[_\W])/i;
const paid =
  /(^|[_\W])(total_?)?(pymnt|payment|payments|paid|rec(eived)?_(prncp|principal|int|interest|late_fee)|total_rec|out_prncp|outstanding_principal|late_fee|amount_paid|received)($|[_\W])/i;
/** What is agreed or asked before anything is paid. */
const agreed = /(^|_)(method|plan|type|term|terms|due|monthly|planned|expected|scheduled|day|frequency|ratio|to_income|mode|channel)(_|$)/i;
const latest = /(^|[_\W])(last|latest|final|most_recent|next)([_\W]|$)/i;

export type NameMeaning = "after_the_outcome" | "payments_received" | "latest_value" | null;

export function meaningOfName(name: string): NameMeaning {
  const words = name.replaceAll(/([a-z])([A-Z])/g, "$1_$2").replaceAll(/[\s.-]+/g, "_");
  if (strong.test(words)) return "after_the_outcome";
  if (paid.test(words) && !agreed.test(words)) return "payments_received";
  if (latest.test(words)) return "latest_value";
  return null;
}
