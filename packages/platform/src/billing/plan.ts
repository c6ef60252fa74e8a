/**
 * The words of plans, and their rules. Money is bigint nanos, ids are bare uuids.
 *
 * A plan's currency and time zone never change. Versions change its prices from a time on; what was used keeps its price.
 */
import {
  type Actor,
  askFor,
  currencyExponents,
  MegalithError,
  nearName,
  type PricesShape,
  type Problem,
  problem,
} from "@megalith/contract";
import type { Price } from "../metering/index.ts";

export interface Prices {
  /** `upTo`: the last unit of the day at this price; null in the last tier. */
  readonly tiers: readonly { readonly upTo: number | null; readonly priceNanos: bigint }[];
  readonly valueShare: { readonly hundredthsOfBasisPoint: number; readonly floorNanos: bigint; readonly capNanos: bigint | null } | null;
  readonly reasonsSurchargeNanos: bigint;
  readonly monthlyFeeNanos: bigint;
  readonly includedUnits: number;
}

export interface PlanVersion {
  readonly id: string;
  readonly planId: string;
  readonly number: number;
  readonly validFrom: Date;
  readonly prices: Prices;
  readonly createdAt: Date;
  readonly createdBy: Actor;
}

export interface Plan {
  readonly id: string;
  readonly organisation: string;
  readonly name: string;
  readonly title: string;
  readonly currency: string;
  readonly timeZone: string;
  readonly createdAt: Date;
  readonly createdBy: Actor;
  /** Newest first. */
  readonly versions: readonly PlanVersion[];
}

/** The version in force at a time; before the first one, the first. */
export function versionAt(plan: Plan, at: Date): PlanVersion {
  const inForce = plan.versions.filter((version) => version.validFrom <= at);
  const latest = inForce.reduce<PlanVersion | undefined>(
    (best, version) => (best && best.validFrom >= version.validFrom ? best : version),
    undefined,
  );
  const version = latest ?? plan.versions.at(-1);
  if (version === undefined) throw new RangeError("a plan has a version");
  return version;
}

export function readPrices(wire: PricesShape): Prices {
  return {
    tiers: wire.tiers.map(({ upTo, priceNanos }) => ({ upTo, priceNanos: BigInt(priceNanos) })),
    valueShare:
      wire.valueShare === null
        ? null
        : {
            hundredthsOfBasisPoint: wire.valueShare.hundredthsOfBasisPoint,
            floorNanos: BigInt(wire.valueShare.floorNanos),
            capNanos: wire.valueShare.capNanos === null ? null : BigInt(wire.valueShare.capNanos),
          },
    reasonsSurchargeNanos: BigInt(wire.reasonsSurchargeNanos),
    monthlyFeeNanos: BigInt(wire.monthlyFeeNanos),
    includedUnits: wire.includedUnits,
  };
}

export function showPrices(prices: Prices): PricesShape {
  const { valueShare } = prices;
  return {
    tiers: prices.tiers.map(({ upTo, priceNanos }) => ({ upTo, priceNanos: priceNanos.toString() })),
    valueShare:
      valueShare === null
        ? null
        : { ...valueShare, floorNanos: valueShare.floorNanos.toString(), capNanos: valueShare.capNanos?.toString() ?? null },
    reasonsSurchargeNanos: prices.reasonsSurchargeNanos.toString(),
    monthlyFeeNanos: prices.monthlyFeeNanos.toString(),
    includedUnits: prices.includedUnits,
  };
}

/** What the meter needs to know of a version. */
export function toPrice(plan: Omit<Plan, "versions">, version: Pick<PlanVersion, "id" | "prices">): Price {
  const { prices } = version;
  return {
    id: version.id,
    organisation: plan.organisation,
    planId: plan.id,
    currency: plan.currency,
    timeZone: plan.timeZone,
    includedUnits: prices.includedUnits,
    tiers: prices.tiers.map(({ priceNanos }, index) => ({ from: (prices.tiers[index - 1]?.upTo ?? 0) + 1, priceNanos })),
    share: prices.valueShare,
    reasonsSurchargeNanos: prices.reasonsSurchargeNanos,
  };
}

/** Everything that is wrong with prices, at once. */
export function findPriceProblems(prices: Prices): Problem[] {
  const problems: Problem[] = [];
  const { tiers, valueShare } = prices;
  if (tiers.length === 0) problems.push(problem("/prices/tiers", "empty", "tiersEmpty"));
  tiers.forEach(({ upTo, priceNanos }, index) => {
    const last = index === tiers.length - 1;
    if (last !== (upTo === null)) problems.push(problem(`/prices/tiers/${index}/upTo`, "open", last ? "tierEnds" : "tierOpen"));
    const before = index === 0 ? 0 : (tiers[index - 1]?.upTo ?? null);
    if (upTo !== null && before !== null && upTo <= before)
      problems.push(problem(`/prices/tiers/${index}/upTo`, "order", "tierOrder", { before }));
    if (priceNanos < 0n) problems.push(negative(`/prices/tiers/${index}/priceNanos`));
  });
  if (prices.reasonsSurchargeNanos < 0n) problems.push(negative("/prices/reasonsSurchargeNanos"));
  if (prices.monthlyFeeNanos < 0n) problems.push(negative("/prices/monthlyFeeNanos"));
  if (valueShare !== null && valueShare.capNanos !== null && valueShare.capNanos < valueShare.floorNanos)
    problems.push(problem("/prices/valueShare/capNanos", "order", "capBelowFloor", { floor: String(valueShare.floorNanos) }));
  return problems;
}

/** @throws MegalithError "billing.plan_invalid" with every problem. */
export function checkPlan(plan: { readonly currency: string; readonly timeZone: string }, prices: Prices): void {
  const problems: Problem[] = [];
  if (!currencyExponents.has(plan.currency)) problems.push(problem("/currency", "unknown", "currencyUnknown", { currency: plan.currency }));
  if (!isTimeZone(plan.timeZone)) problems.push(unknownZone(plan.timeZone));
  problems.push(...findPriceProblems(prices));
  refuse(problems);
}

/** @throws MegalithError "billing.plan_invalid" when there is a problem. */
export function refuse(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new MegalithError("billing.plan_invalid", { values: { count: problems.length }, problems });
}

export function unknownZone(zone: string): Problem {
  const zones = Intl.supportedValuesOf("timeZone");
  const ofCity = zones.filter((one) => one.split("/").at(-1)?.toLowerCase() === zone.toLowerCase());
  const near = ofCity.length === 1 ? ofCity[0] : nearName(zone, zones);
  return problem("/timeZone", "unknown", "zoneUnknown", { zone, meant: askFor(near) });
}

/** Names only: a bare offset would read with the opposite sign in SQL. */
function isTimeZone(zone: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+\-/]*$/.test(zone)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

function negative(path: string): Problem {
  return problem(path, "negative", "priceNegative");
}
