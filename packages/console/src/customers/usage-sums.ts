/** Sums of usage: counts, and amounts by currency, never over two. Pure. */
import { roundToCurrency, type UsageSumShape } from "@megalith/contract";
import type { Words } from "../language/language.tsx";

export interface Sum {
  readonly count: number;
  /** Nanos by currency. */
  readonly amounts: ReadonlyMap<string, bigint>;
}

export const noUse: Sum = { count: 0, amounts: new Map() };

export function sumBy(rows: readonly UsageSumShape[], keyOf: (row: UsageSumShape) => string): Map<string, Sum> {
  const sums = new Map<string, Sum>();
  for (const row of rows) {
    const { count, amounts } = sums.get(keyOf(row)) ?? noUse;
    const added = new Map(amounts);
    if (row.currency !== null) added.set(row.currency, (added.get(row.currency) ?? 0n) + BigInt(row.amountNanos));
    sums.set(keyOf(row), { count: count + row.count, amounts: added });
  }
  return sums;
}

export function sumOf(rows: readonly UsageSumShape[]): Sum {
  return sumBy(rows, () => "all").get("all") ?? noUse;
}

/** What it comes to, as a currency prints it. An invoice rounds each line by itself, so it may differ by cents. */
export function wordSum({ amounts }: Sum, { money }: Pick<Words, "money">): string {
  return [...amounts].map(([currency, nanos]) => money(roundToCurrency(nanos, currency), currency)).join(" · ") || "–";
}
