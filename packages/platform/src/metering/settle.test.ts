import assert from "node:assert/strict";
import { test } from "node:test";
import { Calendar } from "./calendar.ts";
import type { CallFacts } from "./fact.ts";
import { freePlan, type MeterState } from "./meter-state.ts";
import { settle } from "./settle.ts";

const customer = "00000000-0000-0000-0000-000000000001";
const calendar = new Calendar();
let state: MeterState = {
  organisation: customer,
  version: 0,
  monthlyQuota: null,
  callsPerSecond: 2,
  balanceCurrency: null,
  closedUntil: 0,
  balanceNanos: null,
  quotaMonth: 0,
  quotaCount: 0,
  rateFreeAt: 0,
  counters: new Map(),
};

/** @returns how each of so many calls at that moment ended. */
function callsAt(time: string, count: number): string[] {
  const recordedTime = new Date(time);
  const fact = { usageId: customer, decisionId: null, valueNanos: null, withReasons: false, key: "k", place: 0, digest: "" };
  const call = { organisation: customer, customerId: customer, serviceId: customer, keyId: null, planVersionId: null, decision: null };
  const calls = Array.from(
    { length: count },
    () => ({ ...call, eventTime: recordedTime, recordedTime, facts: [fact] }) as unknown as CallFacts,
  );
  const { after, outcomes } = settle(customer, state, calls, new Map(), calendar);
  state = after;
  return outcomes.map(({ kind }) => kind);
}

test("a clock that is set back keeps nobody out by the rate, nor counts a day twice", () => {
  const [yes, no] = ["recorded", "rate_limited"];
  assert.deepEqual(callsAt("2026-03-02T00:30:00Z", 4), [yes, yes, no, no]);
  assert.deepEqual(callsAt("2026-03-02T00:29:50Z", 1), [no], "clocks of two servers differ");
  assert.deepEqual(callsAt("2026-03-01T23:30:00Z", 4), [yes, yes, no, no]);
  assert.deepEqual(callsAt("2026-03-01T23:30:02Z", 1), [yes]);
  assert.equal(state.counters.get(freePlan)?.dayCount, 5);
  assert.equal(state.counters.get(freePlan)?.day, Date.UTC(2026, 2, 2) / 86_400_000);
});
