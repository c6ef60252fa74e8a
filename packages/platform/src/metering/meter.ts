/**
 * Group commit: calls that arrive while a batch is being written form the next batch, one statement and one sync for all.
 *
 * A promise resolves after the commit only. When the database goes away with the outcome unknown, the same batch is
 * sent again: the facts' keys make that harmless. A statement that fails is halved until the one bad call stands alone.
 */
import { setTimeout as wait } from "node:timers/promises";
import { MegalithError } from "@megalith/contract";
import type { Pool, PoolClient } from "pg";
import { type CallFacts, checkCall, type FactIdentity, isRepeatable, type MeterOutcome } from "./fact.ts";
import { isPassing } from "./passing-fault.ts";
import { decisionsOf, probesOf, readKnown, recall } from "./recall.ts";
import { type PendingCall, Recorder } from "./recorder.ts";

export interface MeterOptions {
  readonly pool: Pool;
  /** Batches that may be under way at once, each on its own connection. One is fastest: two halve the batches, and each pays its own sync. */
  readonly lanes?: number;
  readonly batchLimit?: number;
  /** Calls that may wait; one more is refused at once. */
  readonly queueLimit?: number;
  /** How long a call waits for a database that is away. */
  readonly deadlineMs?: number;
  /** Whether the answers of all these decisions are still stored; by default they are. */
  readonly areStored?: (organisation: string, decisionIds: readonly string[]) => Promise<boolean>;
  /** Told how many calls each commit made durable. */
  readonly onBatch?: (calls: number) => void;
  /** Monotonic milliseconds. */
  readonly elapsedMs?: () => number;
}

interface Waiting extends PendingCall {
  /** Of facts that can come twice; none for those whose key was made for them. */
  readonly identities: readonly string[];
  readonly deadline: number;
}

/** Calls in a batch below which the next is sent before the replies of this one. */
const promptBatch = 10;
const nothingKnown = new Map<string, never>();
const noIdentities: readonly string[] = [];
const retryFirstMs = 20;
const retryLongestMs = 500;

export class Meter {
  private readonly pool: Pool;
  private readonly lanes: number;
  private readonly batchLimit: number;
  private readonly queueLimit: number;
  private readonly deadlineMs: number;
  private readonly elapsedMs: () => number;
  private readonly recorder: Recorder;
  private readonly areStored: MeterOptions["areStored"];
  private readonly onBatch: ((calls: number) => void) | undefined;
  private queue: Waiting[] = [];
  private answered: (() => void)[] = [];
  private readonly running = new Set<string>();
  private batchCount = 0;
  /** Calls of the batch before; 0 after a time without any. */
  private lastBatch = 0;
  private scheduled = false;

  constructor(options: MeterOptions) {
    this.pool = options.pool;
    this.lanes = options.lanes ?? 1;
    this.batchLimit = options.batchLimit ?? 500;
    this.queueLimit = options.queueLimit ?? 20_000;
    this.deadlineMs = options.deadlineMs ?? 10_000;
    this.recorder = new Recorder(this.deadlineMs);
    this.areStored = options.areStored;
    this.onBatch = options.onBatch;
    this.elapsedMs = options.elapsedMs ?? (() => performance.now());
  }

  /**
   * Makes the call's facts durable, or says why not. The same fact key again gives what was stored the first time.
   * @throws RangeError for facts that cannot be stored; MegalithError "server.overloaded" when the database stays away or too many wait.
   */
  record(call: CallFacts): Promise<MeterOutcome> {
    const { promise, resolve, reject } = Promise.withResolvers<MeterOutcome>();
    try {
      checkCall(call);
      if (this.queue.length >= this.queueLimit) throw overloaded();
    } catch (error) {
      reject(error);
      return promise;
    }
    const identities = identitiesOf(call);
    const deadline = this.elapsedMs() + this.deadlineMs;
    const tell = (outcome: MeterOutcome) => this.answer(resolve, outcome);
    this.queue.push({ asked: call, call, known: nothingKnown, identities, isUncertain: false, deadline, resolve: tell, reject });
    this.schedule();
    return promise;
  }

  /** What was told of facts that are all recorded, or that one was asked something else; undefined when some are new. Writes nothing. */
  async recall(customerId: string, facts: readonly FactIdentity[]): Promise<MeterOutcome | undefined> {
    return recall(customerId, facts, await readKnown(this.pool, probesOf(customerId, facts)));
  }

  /** Calls of one turn of the event loop go together. */
  private schedule(): void {
    if (this.scheduled || this.batchCount >= this.lanes || this.queue.length === 0) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      this.start();
      this.schedule();
    });
  }

  private start(): void {
    if (this.batchCount >= this.lanes) return;
    const batch = this.nextBatch();
    if (batch.length === 0) return;
    this.batchCount++;
    void this.write(batch).finally(() => {
      for (const { identities } of batch) for (const identity of identities) this.running.delete(identity);
      this.batchCount--;
      if (this.queue.length === 0) this.lastBatch = 0;
      // Of few callers as many as before wait already: the database works while the replies are written. Many keep it busy anyway.
      if (this.lastBatch > 0 && this.lastBatch <= promptBatch && this.queue.length >= this.lastBatch) this.start();
      this.schedule();
    });
  }

  /** In a later turn, so that a next batch is sent first. */
  private answer(resolve: (outcome: MeterOutcome) => void, outcome: MeterOutcome): void {
    this.answered.push(() => resolve(outcome));
    if (this.answered.length > 1) return;
    setImmediate(() => {
      const all = this.answered;
      this.answered = [];
      for (const tell of all) tell();
    });
  }

  /**
   * The oldest waiting calls; of two with one key the later waits until the first is written.
   *
   * At most half of those under way: callers that ask again as soon as they are answered would else all end in one batch, and
   * the server would wait for the database and the database for the server.
   */
  private nextBatch(): Waiting[] {
    const batch: Waiting[] = [];
    const half = this.lastBatch === 0 ? this.queue.length : Math.ceil((this.lastBatch + this.queue.length) / 2);
    const limit = Math.min(this.batchLimit, half);
    const left: Waiting[] = [];
    for (const waiting of this.queue) {
      const { identities } = waiting;
      if (batch.length >= limit || identities.some((identity) => this.running.has(identity))) left.push(waiting);
      else {
        for (const identity of identities) this.running.add(identity);
        batch.push(waiting);
      }
    }
    this.queue = left;
    this.lastBatch = batch.length;
    return batch;
  }

  /** Never throws: every call of the batch is settled. */
  private async write(batch: readonly Waiting[]): Promise<void> {
    let live = batch;
    for (let retryMs = retryFirstMs; ; retryMs = Math.min(retryMs * 2, retryLongestMs)) {
      const { left, fault } = await this.attempt(live);
      if (fault === undefined) return;
      for (const waiting of left) waiting.isUncertain = true;
      if (!isPassing(fault)) return this.separate(left, fault);
      const now = this.elapsedMs();
      for (const waiting of left) if (waiting.deadline <= now) waiting.reject(overloaded(fault));
      live = left.filter((waiting) => waiting.deadline > now);
      if (live.length === 0) return;
      await wait(retryMs);
    }
  }

  private async separate(batch: readonly Waiting[], fault: unknown): Promise<void> {
    if (batch.length <= 1) {
      batch[0]?.reject(fault);
      return;
    }
    const middle = batch.length >> 1;
    await this.write(batch.slice(0, middle));
    await this.write(batch.slice(middle));
  }

  /** @returns the fault and the calls that it left, or no fault when every call was settled. */
  private async attempt(batch: readonly Waiting[]): Promise<{ left: readonly Waiting[]; fault?: unknown }> {
    let client: PoolClient | undefined;
    let left = batch;
    try {
      client = await this.pool.connect();
      for (let round = 0; left.length > 0; round++) {
        // In two steps: should the second fail, what the first settled is not tried again.
        left = await this.recorder.record(client, left, round);
        left = await this.answerable(left);
      }
      client.release();
      this.onBatch?.(batch.length);
      return { left };
    } catch (fault) {
      this.recorder.forget(left);
      if (client !== undefined) client.release(isPassing(fault));
      return { left, fault };
    }
  }

  /** Nothing is charged in a call that cannot be answered: of a fact that was recorded before, the answer may be erased by now. */
  private async answerable(left: readonly Waiting[]): Promise<readonly Waiting[]> {
    const answerable: Waiting[] = [];
    for (const waiting of left) {
      const { asked, known, resolve } = waiting;
      const told = decisionsOf(asked, known);
      if (told.length === 0 || (await this.areStored?.(asked.organisation, told)) !== false) answerable.push(waiting);
      else resolve({ kind: "answer_gone" });
    }
    return answerable;
  }
}

function identitiesOf({ customerId, facts }: CallFacts): readonly string[] {
  if (!isRepeatable(facts[0]?.key ?? "")) return noIdentities;
  return probesOf(customerId, facts).map(({ key }) => `${customerId}${key}`);
}

function overloaded(cause?: unknown): MegalithError {
  return new MegalithError("server.overloaded", { values: { seconds: 1 }, retryAfterSeconds: 1, cause });
}
