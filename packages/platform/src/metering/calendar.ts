/**
 * Which day and month it is in a plan's time zone: days counted from 1970-01-01, by the zone data of the runtime.
 *
 * A day lasts from midnight to midnight of the zone, 23 or 25 hours when the clocks change. Each zone's last answer is kept
 * for its second, since offsets are whole seconds: a formatter is asked once a second, not once a call.
 */
const dayMs = 86_400_000;

interface ZoneClock {
  readonly format: Intl.DateTimeFormat;
  second: number;
  day: number;
}

export class Calendar {
  private readonly zones = new Map<string, ZoneClock>();

  /** Days since 1970 of the date that clocks of the zone show. @throws RangeError for a zone that is unknown. */
  dayIn(timeZone: string, at: Date): number {
    const milliseconds = at.getTime();
    if (timeZone === "UTC") return Math.floor(milliseconds / dayMs);
    const second = Math.floor(milliseconds / 1000);
    let zone = this.zones.get(timeZone);
    if (zone === undefined) {
      const format = new Intl.DateTimeFormat("en-US", { timeZone, calendar: "gregory", year: "numeric", month: "numeric", day: "numeric" });
      zone = { format, second: Number.NaN, day: 0 };
      this.zones.set(timeZone, zone);
    }
    if (zone.second !== second) {
      const parts = { year: 0, month: 0, day: 0 };
      for (const { type, value } of zone.format.formatToParts(at))
        if (type === "year" || type === "month" || type === "day") parts[type] = Number(value);
      zone.day = Date.UTC(parts.year, parts.month - 1, parts.day) / dayMs;
      zone.second = second;
    }
    return zone.day;
  }
}

/** The first day of the day's month; all in days since 1970. */
export function monthOf(day: number): number {
  const date = new Date(day * dayMs);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1) / dayMs;
}

/** Days since 1970 of a date as YYYY-MM-DD. */
export function dayNumber(date: string): number {
  return Date.parse(`${date}T00:00:00Z`) / dayMs;
}
