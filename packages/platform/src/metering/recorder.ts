/**
 * Prices a batch from remembered states and writes it in one statement that refuses what was computed from an old state.
 *
 * What the statement holds back (another process moved the customer, or a call is known) goes into the next round. After
 * some rounds the customers' rows are locked before they are read, so contention never lasts.
 */
import type { PoolClient } from "pg";
import { readKnown, recordUsage } from "./batch.ts";
import { Calendar } from "./calendar.ts";
import type { CallFacts, MeterOutcome } from "./fact.ts";
import { loadPrices, loadStates, type MeterState } from "./meter-state.ts";
import type { Price } from "./price.ts";
import { type Settlement, settle } from "./settle.ts";

/** A call that waits for its outcome. */
export interface PendingCall {
  readonly call: CallFacts;
  /** True when it may have been written already: its key is looked for, even one that was made for it. */
  isUncertain: boolean;
  readonly resolve: (outcome: MeterOutcome) => void;
  readonly reject: (error: unknown) => void;
}

const optimisticRounds = 3;
const rememberedStates = 20_000;
const rememberedPrices = 5_000;

export class Recorder {
  private readonly states = new Map<string, MeterState>();
  private readonly prices = new Map<string, Price>();
  private readonly calendar = new Calendar();
  private readonly timeoutMs: number;

  constructor(timeoutMs: number) {
    this.timeoutMs = timeoutMs;
  }

  /**
   * Settles what it can. @returns the calls that are left for the next round.
   * @param round from 0. @throws what the database throws; then nothing was settled.
   */
  async record<T extends PendingCall>(client: PoolClient, pending: readonly T[], round: number): Promise<readonly T[]> {
    if (round < optimisticRounds) return this.runRound(client, pending, false);
    await client.query("begin");
    try {
      return await this.runRound(client, pending, true);
    } catch (error) {
      await client.query("rollback");
      throw error;
    }
  }

  /** After a fault nobody knows what was written. */
  forget(pending: readonly PendingCall[]): void {
    for (const { call } of pending) this.states.delete(call.customerId);
  }

  private async runRound<T extends PendingCall>(client: PoolClient, pending: readonly T[], lock: boolean): Promise<readonly T[]> {
    await this.prepare(client, pending, lock);
    const { groups, strange } = this.group(pending);
    const settlements = Array.from(groups, ([customerId, calls]) =>
      settle(
        customerId,
        this.states.get(customerId) as MeterState,
        calls.map(({ call }) => call),
        this.prices,
        this.calendar,
      ),
    );
    const ready = [...groups.values()].flat();
    const probes = ready.filter(({ call, isUncertain }) => isUncertain || !call.factKey.startsWith("q:")).map(({ call }) => call);
    const { stale, known } = await recordUsage(client, settlements, probes, this.timeoutMs);
    const told = known.length === 0 ? [] : await readKnown(client, known);
    if (lock) await client.query("commit");
    for (const { reject, error } of strange) reject(error);
    return this.resolve(groups, settlements, stale, new Map(known.map((call, index) => [call, told[index] as MeterOutcome])));
  }

  /** Reads the states and prices that are not remembered. */
  private async prepare(client: PoolClient, pending: readonly PendingCall[], lock: boolean): Promise<void> {
    const customers = new Map<string, string>();
    const prices = new Set<string>();
    for (const { call } of pending) {
      if (lock || !this.states.has(call.customerId)) customers.set(call.customerId, call.organisation);
      if (call.planVersionId !== null && !this.prices.has(call.planVersionId)) prices.add(call.planVersionId);
    }
    if (customers.size > 0) for (const [id, state] of await loadStates(client, customers, lock)) this.states.set(id, state);
    if (prices.size > 0) for (const price of await loadPrices(client, [...prices])) this.prices.set(price.id, price);
  }

  private group<T extends PendingCall>(
    pending: readonly T[],
  ): { groups: Map<string, T[]>; strange: { reject: (error: unknown) => void; error: Error }[] } {
    const groups = new Map<string, T[]>();
    const strange: { reject: (error: unknown) => void; error: Error }[] = [];
    for (const waiting of pending) {
      const { customerId, organisation, planVersionId } = waiting.call;
      const state = this.states.get(customerId);
      const price = planVersionId === null ? undefined : this.prices.get(planVersionId);
      if (state?.organisation !== organisation)
        strange.push({ reject: waiting.reject, error: new Error(`customer ${customerId} is not of organisation ${organisation}`) });
      else if (planVersionId !== null && price?.organisation !== organisation)
        strange.push({ reject: waiting.reject, error: new Error(`there is no price ${planVersionId}`) });
      else {
        const calls = groups.get(customerId);
        if (calls === undefined) groups.set(customerId, [waiting]);
        else calls.push(waiting);
      }
    }
    return { groups, strange };
  }

  private resolve<T extends PendingCall>(
    groups: ReadonlyMap<string, readonly T[]>,
    settlements: readonly Settlement[],
    stale: ReadonlySet<string>,
    known: ReadonlyMap<CallFacts, MeterOutcome>,
  ): T[] {
    const left: T[] = [];
    const repeating = new Set([...known.keys()].map(({ customerId }) => customerId));
    for (const { customerId, after, outcomes } of settlements) {
      const calls = groups.get(customerId) ?? [];
      const isWritten = !stale.has(customerId) && !repeating.has(customerId);
      if (stale.has(customerId)) this.states.delete(customerId);
      else if (isWritten) this.remember(customerId, after);
      calls.forEach((waiting, index) => {
        const outcome = known.get(waiting.call) ?? (isWritten ? outcomes[index] : undefined);
        if (outcome === undefined) left.push(waiting);
        else waiting.resolve(outcome);
      });
    }
    return left;
  }

  private remember(customerId: string, state: MeterState): void {
    this.states.delete(customerId);
    this.states.set(customerId, state);
    for (const oldest of this.states.keys()) {
      if (this.states.size <= rememberedStates) break;
      this.states.delete(oldest);
    }
    if (this.prices.size > rememberedPrices) this.prices.clear();
  }
}
