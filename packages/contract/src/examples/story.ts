/** Ids, people and times of the one story that all examples tell: a bank asks a provider's credit-risk service. */
import type { Actor } from "../shapes.ts";

const hex = "01a214ca6c9a7009a9cedb8961498d";

export const ids = {
  audit: `aud_${hex}01`,
  customer: `cus_${hex}02`,
  decision: `dec_${hex}03`,
  invoice: `ivc_${hex}04`,
  job: `job_${hex}05`,
  key: `key_${hex}06`,
  label: `lab_${hex}07`,
  invite: `inv_${hex}11`,
  member: `mem_${hex}08`,
  model: `mod_${hex}09`,
  plan: `pla_${hex}0a`,
  planVersion: `plv_${hex}0b`,
  service: `svc_${hex}0c`,
  table: `tab_${hex}0d`,
  tableVersion: `tbv_${hex}0e`,
  usage: `use_${hex}0f`,
  version: `ver_${hex}10`,
} as const;

export const owner: Actor = { kind: "member", id: ids.member, name: "Ada Lovelace" };
export const sha256 = "c9a6034bfc3eeb68328700f0d43983a776fd6f780233232b980efc4ca49c7b86";
export const version = { number: 2, sha256 };
export const times = {
  made: "2026-05-04T08:30:00.000Z",
  asked: "2026-05-05T09:15:30.250Z",
  truth: "2026-06-30T00:00:00Z",
  later: "2026-06-01T00:00:00Z",
} as const;

/** What a path or a query is filled with, where it is no id. */
const parameters: Readonly<Record<string, string | number>> = {
  service: "credit-risk",
  model: "credit-risk",
  table: "loans",
  plan: "standard",
  number: 2,
  version: 2,
  subject: "person-77",
  month: "2026-05",
  from: "2026-05-01",
  to: "2026-05-31",
  currency: "EUR",
  limit: 100,
  at: times.asked,
  target: "outcome",
  title: "Loans",
  name: "loans",
};

/** The example of a parameter, empty without one: one name stands for a name in one place and for an id or a text in another. */
export function parameterExample(
  name: string,
  { type, pattern }: { readonly type?: unknown; readonly pattern?: unknown },
): { example?: string | number } {
  const known: readonly (string | number | undefined)[] = [parameters[name], (ids as Readonly<Record<string, string>>)[name]];
  const fitting = known.find((one) => one !== undefined && (typeof pattern !== "string" || new RegExp(pattern).test(String(one))));
  if (fitting === undefined) return {};
  return { example: type === "string" ? String(fitting) : fitting };
}
