/** What a plan asks for, in words: "0.25 EUR", "from 0.008 EUR + 490.00 EUR a month". */
import type { PlanShape } from "@megalith/contract";
import type { Words } from "../language/language.tsx";

export function priceOfPlan(
  plan: PlanShape | undefined,
  { say, number, money }: Pick<Words, "say" | "number" | "money">,
): string | undefined {
  const prices = plan?.versions[0]?.prices;
  if (plan === undefined || prices === undefined) return undefined;
  const units = prices.tiers.map(({ priceNanos }) => BigInt(priceNanos));
  const lowest = units.toSorted((one, other) => (one < other ? -1 : 1))[0] ?? 0n;
  const parts: string[] = [];
  if (units.some((one) => one !== lowest)) parts.push(say("price.from", { price: money(lowest, plan.currency) }));
  else if (lowest > 0n) parts.push(money(lowest, plan.currency));
  if (prices.valueShare !== null) parts.push(say("price.share", { share: number(prices.valueShare.hundredthsOfBasisPoint / 10_000, 4) }));
  if (prices.monthlyFeeNanos !== "0") parts.push(say("price.monthly", { price: money(prices.monthlyFeeNanos, plan.currency) }));
  return parts.length === 0 ? money("0", plan.currency) : parts.join(" + ");
}
