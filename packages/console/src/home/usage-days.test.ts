import assert from "node:assert/strict";
import { test } from "node:test";
import type { UsageSumShape } from "@megalith/contract";
import { amountsOf, countsByDay, dayBefore, dayIn } from "./usage-days.ts";

const row = (day: string, count: number, currency: string | null = "EUR"): UsageSumShape => ({
  customer: "cus_1",
  service: "svc_1",
  day,
  currency,
  count,
  amountNanos: String(count),
});

test("a day is the day of the plan's time zone", () => {
  const late = new Date("2026-11-25T23:30:00Z");
  assert.equal(dayIn("Europe/Berlin", late), "2026-11-26");
  assert.equal(dayIn("America/New_York", late), "2026-11-25");
  assert.equal(dayIn(undefined, late), "2026-11-25");
  assert.equal(dayBefore("2026-03-01"), "2026-02-28");
});

test("days without use count nothing, those before the first are left out, a later one is today", () => {
  const rows = [row("2026-11-01", 9), row("2026-11-24", 2), row("2026-11-24", 3), row("2026-11-26", 1)];
  assert.deepEqual(countsByDay(rows, "2026-11-25", 4), [0, 0, 5, 1]);
});

test("amounts of two currencies are never one", () => {
  const rows = [row("2026-11-24", 2), row("2026-11-24", 3, "USD"), row("2026-11-25", 4), row("2026-11-24", 5, null)];
  assert.deepEqual(
    [...amountsOf(rows, ({ day }) => day === "2026-11-24")],
    [
      ["EUR", 2n],
      ["USD", 3n],
    ],
  );
});
