/** Whether the day that a text begins with, YYYY-MM-DD, is in the calendar: `Date.parse` takes February 30 for March 2. */
export function isCalendarDay(text: string): boolean {
  const day = Number(text.slice(8, 10));
  const month = Number(text.slice(5, 7));
  return day <= 28 || new Date(Date.UTC(Number(text.slice(0, 4)), month - 1, day)).getUTCDate() === day;
}
