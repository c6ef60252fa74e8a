import { idFromUuid, type PlanShape } from "@megalith/contract";
import { type Plan, showPrices } from "@megalith/platform/billing";

/** The wire form of a plan. */
export function showPlan(plan: Plan): PlanShape {
  return {
    id: idFromUuid("plan", plan.id),
    name: plan.name,
    title: plan.title,
    currency: plan.currency,
    timeZone: plan.timeZone,
    createdAt: plan.createdAt.toISOString(),
    createdBy: plan.createdBy,
    versions: plan.versions.map((version) => ({
      id: idFromUuid("planVersion", version.id),
      number: version.number,
      validFrom: version.validFrom.toISOString(),
      prices: showPrices(version.prices),
      createdAt: version.createdAt.toISOString(),
      createdBy: version.createdBy,
    })),
  };
}
