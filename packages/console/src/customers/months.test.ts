import assert from "node:assert/strict";
import { test } from "node:test";
import { currentMonth, daysOf, monthsBack, periodOf, shiftMonth } from "./months.ts";

test("months are stepped over the ends of years, and each ends on its own last day", () => {
  assert.equal(currentMonth(new Date("2026-12-31T23:59:59Z")), "2026-12");
  assert.deepEqual([shiftMonth("2026-12", 1), shiftMonth("2027-01", -1), shiftMonth("2026-03", -14)], ["2027-01", "2026-12", "2025-01"]);
  assert.deepEqual(
    ["2026-02", "2028-02", "2026-11", "2026-12"].map((month) => periodOf(month).to),
    ["2026-02-28", "2028-02-29", "2026-11-30", "2026-12-31"],
  );
});

test("a year of months is offered, more for whoever came earlier, newest first", () => {
  const now = new Date("2026-11-25T12:00:00Z");
  assert.deepEqual(
    [monthsBack("2026-11", now).length, monthsBack("2026-11", now)[0], monthsBack("2026-11", now).at(-1)],
    [12, "2026-11", "2025-12"],
  );
  assert.equal(monthsBack("2025-06", now).at(-1), "2025-06");
  assert.equal(monthsBack("2010-01", now).length, 60);
});

test("the days of a month are shown to today, and all of a month that is over", () => {
  assert.deepEqual(daysOf("2026-11", "2026-11-03"), ["2026-11-01", "2026-11-02", "2026-11-03"]);
  assert.equal(daysOf("2026-02", "2026-11-03").length, 28);
});
