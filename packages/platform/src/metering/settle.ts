/**
 * Walks one customer's calls in the order of their arrival: rate, quota, ordinals, price, balance; a call whole or not at all.
 *
 * Pure: from a state and calls to outcomes, the next state and what is to be written.
 */
import type { Calendar } from "./calendar.ts";
import { monthOf } from "./calendar.ts";
import type { CallFacts, MeterOutcome } from "./fact.ts";
import { type Counter, freePlan, type MeterState, unusedCounter } from "./meter-state.ts";
import { type Price, priceFact } from "./price.ts";

/** A call that was accepted, as its usage rows need it. */
export interface AcceptedCall {
  readonly call: CallFacts;
  readonly day: number;
  readonly month: number;
  /** Of its first fact; the others follow by one. */
  readonly dayOrdinal: number;
  readonly monthOrdinal: number;
  readonly prices: readonly bigint[];
  readonly currency: string | null;
  readonly isPrepaid: boolean;
  readonly remaining: number | null;
}

export interface Settlement {
  readonly customerId: string;
  readonly before: MeterState;
  readonly after: MeterState;
  readonly isChanged: boolean;
  /** Counters that moved, by plan. */
  readonly moved: ReadonlyMap<string, Counter>;
  readonly accepted: readonly AcceptedCall[];
  /** One a call, in order. */
  readonly outcomes: readonly MeterOutcome[];
}

/** The part of a state that calls move. */
interface Moving {
  balanceNanos: bigint | null;
  quotaMonth: number;
  quotaCount: number;
  rateFreeAt: number;
}

const microsPerSecond = 1_000_000;
/** Further ahead than clocks of servers differ, the next call is due only because a clock was set back: it is due now. */
const clockSetBackMicros = 60 * microsPerSecond;

/** @param prices every price that the calls name. */
export function settle(
  customerId: string,
  before: MeterState,
  calls: readonly CallFacts[],
  prices: ReadonlyMap<string, Price>,
  calendar: Calendar,
): Settlement {
  const { balanceNanos, quotaMonth, quotaCount, rateFreeAt } = before;
  const moving: Moving = { balanceNanos, quotaMonth, quotaCount, rateFreeAt };
  const moved = new Map<string, Counter>();
  const accepted: AcceptedCall[] = [];
  const outcomes = calls.map((call): MeterOutcome => {
    const price = call.planVersionId === null ? null : (prices.get(call.planVersionId) ?? null);
    const plan = price?.planId ?? freePlan;
    const counter = moved.get(plan) ?? before.counters.get(plan) ?? unusedCounter;
    // Days follow the recorded time: an event time is the caller's word and could fall into a month that was invoiced.
    const day = Math.max(calendar.dayIn(price?.timeZone ?? "UTC", call.recordedTime), counter.day, before.closedUntil);
    const month = day === counter.day ? counter.month : monthOf(day);
    const refused = refuse(before, moving, call, month);
    if (refused !== null) return refused;
    const dayBase = day === counter.day ? counter.dayCount : 0;
    const monthBase = month === counter.month ? counter.monthCount : 0;
    const amounts = call.facts.map((fact, index) =>
      price === null ? 0n : priceFact(price, { ...fact, dayOrdinal: dayBase + index + 1, monthOrdinal: monthBase + index + 1 }),
    );
    const paid = pay(before, moving, price, amounts);
    if (paid === "exhausted") return { kind: "balance_exhausted" };
    const count = call.facts.length;
    moving.quotaCount += count;
    moved.set(plan, { day, dayCount: dayBase + count, month, monthCount: monthBase + count });
    const currency = price?.currency ?? null;
    const remaining = before.monthlyQuota === null ? null : before.monthlyQuota - moving.quotaCount;
    const ordinals = { dayOrdinal: dayBase + 1, monthOrdinal: monthBase + 1 };
    accepted.push({ call, day, month, ...ordinals, prices: amounts, currency, isPrepaid: paid === "prepaid", remaining });
    return { kind: "recorded", prices: amounts, currency, remaining, dayOrdinals: amounts.map((_, index) => dayBase + index + 1) };
  });
  const isChanged =
    moved.size > 0 || moving.quotaMonth !== quotaMonth || moving.rateFreeAt !== rateFreeAt || moving.balanceNanos !== balanceNanos;
  const counters = moved.size === 0 ? before.counters : new Map([...before.counters, ...moved]);
  const after = isChanged ? { ...before, ...moving, counters, version: before.version + 1 } : before;
  return { customerId, before, after, isChanged, moved, accepted, outcomes };
}

/** Rate first, then quota; moves both as far as the call got. @returns the refusal, null when there is none. */
function refuse(state: MeterState, moving: Moving, call: CallFacts, month: number): MeterOutcome | null {
  if (month > moving.quotaMonth) {
    moving.quotaMonth = month;
    moving.quotaCount = 0;
  }
  const { callsPerSecond: rate, monthlyQuota: quota } = state;
  if (rate !== null) {
    const now = call.recordedTime.getTime() * 1000;
    const interval = Math.floor(microsPerSecond / rate);
    const freeAt = moving.rateFreeAt > now + clockSetBackMicros ? now : Math.max(moving.rateFreeAt, now);
    const excess = freeAt + interval - now - microsPerSecond;
    if (excess > 0) return { kind: "rate_limited", rate, retryAfterSeconds: Math.max(1, Math.ceil(excess / microsPerSecond)) };
    moving.rateFreeAt = freeAt + interval;
  }
  if (quota !== null && moving.quotaCount + call.facts.length > quota)
    return { kind: "quota_exceeded", quota, remaining: quota - moving.quotaCount };
  return null;
}

function pay(state: MeterState, moving: Moving, price: Price | null, amounts: readonly bigint[]): "prepaid" | "invoiced" | "exhausted" {
  if (moving.balanceNanos === null || price === null) return "invoiced";
  const total = amounts.reduce((sum, amount) => sum + amount, 0n);
  if (total === 0n) return "invoiced";
  if (state.balanceCurrency !== price.currency || moving.balanceNanos < total) return "exhausted";
  moving.balanceNanos -= total;
  return "prepaid";
}
