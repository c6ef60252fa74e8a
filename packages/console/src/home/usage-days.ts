/** Usage by the day of the plan that it is charged by: a day begins where the plan's time zone says. */
import type { PlanShape, ServiceShape, UsageSumShape } from "@megalith/contract";

const dayMs = 86_400_000;

/** A service with what is known of its use. */
export interface UsedService {
  readonly service: ServiceShape;
  readonly plan: PlanShape | undefined;
  readonly rows: readonly UsageSumShape[];
  /** The day that it is where its plan counts. */
  readonly today: string;
}

/** The day, YYYY-MM-DD, that it is in a time zone; without one, in UTC. */
export function dayIn(timeZone: string | undefined, now: Date): string {
  if (timeZone === undefined) return now.toISOString().slice(0, 10);
  return new Intl.DateTimeFormat("en-CA", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" }).format(now);
}

/** Decisions of so many days up to today, the newest last; what is charged to a later day already counts as today's. */
export function countsByDay(rows: readonly UsageSumShape[], today: string, days: number): number[] {
  const counts = new Array<number>(days).fill(0);
  for (const { day, count } of rows) {
    const age = Math.max(0, (Date.parse(today) - Date.parse(day)) / dayMs);
    if (age < days) counts[days - 1 - age] = (counts[days - 1 - age] ?? 0) + count;
  }
  return counts;
}

/** Amounts of a day by currency, which are never summed over two. */
export function amountsOf(rows: readonly UsageSumShape[], isWanted: (row: UsageSumShape) => boolean): ReadonlyMap<string, bigint> {
  const amounts = new Map<string, bigint>();
  for (const row of rows)
    if (row.currency !== null && isWanted(row)) amounts.set(row.currency, (amounts.get(row.currency) ?? 0n) + BigInt(row.amountNanos));
  return amounts;
}

export function dayBefore(day: string): string {
  return new Date(Date.parse(day) - dayMs).toISOString().slice(0, 10);
}
