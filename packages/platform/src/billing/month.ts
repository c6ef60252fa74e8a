/** Months as YYYY-MM; as a day, their first. */

export function firstDay(month: string): string {
  return `${month}-01`;
}

export function nextMonth(month: string): string {
  const [year, number] = month.split("-").map(Number) as [number, number];
  return number === 12
    ? `${String(year + 1).padStart(4, "0")}-01`
    : `${String(year).padStart(4, "0")}-${String(number + 1).padStart(2, "0")}`;
}

/** When the month is over everywhere: the westernmost zone is twelve hours behind UTC. */
export function overEverywhere(month: string): Date {
  return new Date(`${firstDay(nextMonth(month))}T12:00:00.000Z`);
}
