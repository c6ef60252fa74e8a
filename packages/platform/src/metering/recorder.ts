/**
 * Prices a batch from remembered states and writes it in one statement that refuses what was computed from an old state.
 *
 * What the statement holds back (another process moved the customer, or a call is known) goes into the next round. After
 * some rounds the customers' rows are locked before they are read, so contention never lasts.
 */
import type { PoolClient } from "pg";
import { recordUsage, type UsageProbe } from "./batch.ts";
import { Calendar } from "./calendar.ts";
import { type CallFacts, isRepeatable, type MeterOutcome } from "./fact.ts";
import { loadPrices, loadStates, type MeterState } from "./meter-state.ts";
import type { Price } from "./price.ts";
import { joinKnown, type KnownFacts, probesOf, readKnown, recall, withoutKnown } from "./recall.ts";
import { type Settlement, settle } from "./settle.ts";

/** A call that waits for its outcome. */
export interface PendingCall {
  readonly asked: CallFacts;
  /** What is left to record of what was asked. */
  call: CallFacts;
  /** Facts of what was asked that were recorded before. */
  known: KnownFacts;
  /** True when it may have been written already: its key is looked for, even one that was made for it. */
  isUncertain: boolean;
  readonly resolve: (outcome: MeterOutcome) => void;
  readonly reject: (error: unknown) => void;
}

/** What a statement did not write, and why. */
interface HeldBack {
  readonly stale: ReadonlySet<string>;
  /** Customers of whom a key was known. */
  readonly repeating: ReadonlySet<string>;
  readonly found: KnownFacts;
}

const nothingKnown: KnownFacts = new Map();
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
    // Own maps: another lane may forget meanwhile what this round stands on.
    const states = await this.statesOf(client, pending, lock);
    const prices = await this.pricesOf(client, pending);
    const { groups, strange } = group(pending, states, prices);
    // In one order everywhere: rows are locked as they come.
    const ordered = [...groups].sort(([one], [other]) => (one < other ? -1 : 1));
    const settlements = ordered.map(([customerId, calls]) => {
      const facts = calls.map(({ call }) => call);
      return settle(customerId, states.get(customerId) as MeterState, facts, prices, this.calendar);
    });
    const ready = [...groups.values()].flat();
    const { stale, known } = await recordUsage(client, settlements, ready.flatMap(probe), this.timeoutMs);
    const found = known.length === 0 ? nothingKnown : await readKnown(client, known);
    if (lock) await client.query("commit");
    for (const { reject, error } of strange) reject(error);
    const repeating = new Set(known.map(({ customerId }) => customerId));
    return this.resolve(groups, settlements, { stale, repeating, found });
  }

  /** Under lock from the database only, else what is remembered first. */
  private async statesOf(client: PoolClient, pending: readonly PendingCall[], lock: boolean): Promise<Map<string, MeterState>> {
    const states = new Map<string, MeterState>();
    const wanted = new Map<string, string>();
    for (const { call } of pending) {
      const state = lock ? undefined : this.states.get(call.customerId);
      if (state === undefined) wanted.set(call.customerId, call.organisation);
      else states.set(call.customerId, state);
    }
    if (wanted.size > 0) for (const [id, state] of await loadStates(client, wanted, lock)) states.set(id, state);
    return states;
  }

  private async pricesOf(client: PoolClient, pending: readonly PendingCall[]): Promise<Map<string, Price>> {
    const prices = new Map<string, Price>();
    const wanted = new Set<string>();
    for (const { call } of pending) {
      if (call.planVersionId === null) continue;
      const price = this.prices.get(call.planVersionId);
      if (price === undefined) wanted.add(call.planVersionId);
      else prices.set(price.id, price);
    }
    if (wanted.size === 0) return prices;
    if (this.prices.size > rememberedPrices) this.prices.clear();
    for (const price of await loadPrices(client, [...wanted])) {
      prices.set(price.id, price);
      this.prices.set(price.id, price);
    }
    return prices;
  }

  private resolve<T extends PendingCall>(
    groups: ReadonlyMap<string, readonly T[]>,
    settlements: readonly Settlement[],
    { stale, repeating, found }: HeldBack,
  ): T[] {
    const left: T[] = [];
    for (const { customerId, before, after, outcomes } of settlements) {
      const calls = groups.get(customerId) ?? [];
      const isWritten = !stale.has(customerId) && !repeating.has(customerId);
      if (!stale.has(customerId)) this.remember(customerId, isWritten ? after : before);
      else if ((this.states.get(customerId)?.version ?? 0) <= before.version) this.states.delete(customerId);
      calls.forEach((waiting, index) => {
        const told = repeating.has(customerId) ? recallOf(waiting, found) : undefined;
        const outcome = told ?? (isWritten ? outcomes[index] : undefined);
        if (outcome === undefined) left.push(waiting);
        else
          waiting.resolve(
            waiting.known.size === 0 || told !== undefined ? outcome : joinKnown(waiting.asked, waiting.call, waiting.known, outcome),
          );
      });
    }
    return left;
  }

  /** The newest wins, whichever lane brings it. */
  private remember(customerId: string, state: MeterState): void {
    if ((this.states.get(customerId)?.version ?? -1) > state.version) return;
    this.states.set(customerId, state);
    for (const oldest of this.states.keys()) {
      if (this.states.size <= rememberedStates) break;
      this.states.delete(oldest);
    }
  }
}

/** The keys of a call that may have been recorded before. */
function probe({ call, isUncertain }: PendingCall): UsageProbe[] {
  const { customerId, facts } = call;
  return isUncertain || isRepeatable(facts[0]?.key ?? "") ? probesOf(customerId, facts) : [];
}

/** @returns what to tell; undefined when something is left to record, which the call then asks for alone. */
function recallOf(waiting: PendingCall, found: KnownFacts): MeterOutcome | undefined {
  const { asked, call } = waiting;
  const known = new Map([...waiting.known, ...found]);
  const told = recall(asked.customerId, asked.facts, known);
  if (told !== undefined) return told;
  const rest = withoutKnown(call, found);
  if (rest.facts.length === call.facts.length) return undefined;
  waiting.call = rest;
  waiting.known = known;
  return undefined;
}

/** Calls by customer, and those that no batch can hold. */
function group<T extends PendingCall>(
  pending: readonly T[],
  states: ReadonlyMap<string, MeterState>,
  prices: ReadonlyMap<string, Price>,
): { groups: Map<string, T[]>; strange: { reject: (error: unknown) => void; error: Error }[] } {
  const groups = new Map<string, T[]>();
  const strange: { reject: (error: unknown) => void; error: Error }[] = [];
  for (const waiting of pending) {
    const { reject, call } = waiting;
    const { customerId, organisation, planVersionId } = call;
    if (states.get(customerId)?.organisation !== organisation)
      strange.push({ reject, error: new Error(`customer ${customerId} is not of organisation ${organisation}`) });
    else if (planVersionId !== null && prices.get(planVersionId)?.organisation !== organisation)
      strange.push({ reject, error: new Error(`there is no price ${planVersionId}`) });
    else {
      const calls = groups.get(customerId);
      if (calls === undefined) groups.set(customerId, [waiting]);
      else calls.push(waiting);
    }
  }
  return { groups, strange };
}
