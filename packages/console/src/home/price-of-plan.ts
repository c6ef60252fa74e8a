/** The price of a plan's first unit in words, for example "0.25 EUR". */
import { type PlanShape, wordMoney } from "@megalith/contract";

export function priceOfPlan(plan: PlanShape | undefined): string | undefined {
  const tier = plan?.versions[0]?.prices.tiers[0];
  return plan === undefined || tier === undefined ? undefined : wordMoney(tier.priceNanos, plan.currency);
}
