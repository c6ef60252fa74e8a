/** Months as YYYY-MM in UTC, for a choice of one. Pure but for the clock that is given. */

export function currentMonth(now: Date = new Date()): string {
  return now.toISOString().slice(0, 7);
}

/** The month so many months after (or before) another. */
export function shiftMonth(month: string, by: number): string {
  const [year, number] = month.split("-").map(Number) as [number, number];
  return currentMonth(new Date(Date.UTC(year, number - 1 + by, 1)));
}

/** From this month back to the first of interest, at least a year and at most five: newest first. */
export function monthsBack(first: string, now: Date = new Date()): string[] {
  const newest = currentMonth(now);
  const months = Array.from({ length: 60 }, (_, index) => shiftMonth(newest, -index));
  return months.filter((month, index) => index < 12 || month >= first);
}

/** Its first and last day. */
export function periodOf(month: string): { readonly from: string; readonly to: string } {
  const last = new Date(Date.parse(`${shiftMonth(month, 1)}-01`) - 86_400_000);
  return { from: `${month}-01`, to: last.toISOString().slice(0, 10) };
}

/** Each day of the month up to `today`, oldest first. */
export function daysOf(month: string, today: string): string[] {
  const count = Number(periodOf(month).to.slice(8));
  return Array.from({ length: count }, (_, index) => `${month}-${String(index + 1).padStart(2, "0")}`).filter((day) => day <= today);
}
