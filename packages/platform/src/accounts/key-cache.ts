/**
 * Remembers who holds which key, so that a call costs one SHA-256 and one look-up in a map.
 *
 * Keyed by the hash of the secret. What a change touches is forgotten before the change answers, and a load that began
 * before it is not remembered. Unknown keys live in a set of their own, so that a flood of them throws out no good one;
 * loads are few at once, whatever the flood, and beyond the queue callers are told to come back.
 */
import { MegalithError } from "@megalith/contract";
import type { Clock, CustomerPrincipal } from "../foundation/index.ts";

export interface KeyHolder {
  readonly principal: CustomerPrincipal;
  readonly suspended: boolean;
  /** Milliseconds since 1970; infinite without an end. */
  readonly expiresAt: number;
}

export interface KeyCacheOptions {
  readonly clock: Clock;
  readonly load: (hash: Buffer) => Promise<KeyHolder | null>;
  readonly holderLimit?: number;
  readonly unknownLimit?: number;
  /** The longest that a lost notification can be believed. */
  readonly ttlMs?: number;
  readonly loadLimit?: number;
  readonly queueLimit?: number;
}

interface Remembered {
  readonly holder: KeyHolder;
  readonly until: number;
}

export class KeyCache {
  private readonly options: Required<KeyCacheOptions>;
  private readonly holders = new Map<string, Remembered>();
  private readonly unknown = new Map<string, number>();
  private readonly queue: (() => void)[] = [];
  private loadCount = 0;
  private generation = 0;
  private fresh = false;

  constructor(options: KeyCacheOptions) {
    this.options = { holderLimit: 100_000, unknownLimit: 10_000, ttlMs: 30_000, loadLimit: 4, queueLimit: 2000, ...options };
  }

  /** @returns who is remembered to hold the key with this hash, undefined when nobody is. */
  peek(hash: Buffer): KeyHolder | undefined {
    const known = this.holders.get(hash.toString("latin1"));
    return known !== undefined && known.until > this.options.clock.now().getTime() ? known.holder : undefined;
  }

  /** @returns who holds the key with this hash, null when nobody does. @throws MegalithError "server.overloaded". */
  async find(hash: Buffer): Promise<KeyHolder | null> {
    const name = hash.toString("latin1");
    const now = this.options.clock.now().getTime();
    const known = this.peek(hash);
    if (known !== undefined) return known;
    if ((this.unknown.get(name) ?? 0) > now) return null;
    await this.takeTurn();
    const { generation } = this;
    try {
      const holder = await this.options.load(hash);
      if (this.fresh && generation === this.generation) this.remember(name, holder, now + this.options.ttlMs);
      return holder;
    } finally {
      this.passTurn();
    }
  }

  /** Forgets a customer's keys; without a customer, all. */
  forget(customerId?: string): void {
    this.generation++;
    if (customerId === undefined) this.holders.clear();
    else for (const [name, { holder }] of this.holders) if (holder.principal.customerId === customerId) this.holders.delete(name);
  }

  /** False while notifications of other processes cannot be heard: nothing is remembered then. */
  setFresh(fresh: boolean): void {
    this.generation++;
    this.fresh = fresh;
    this.holders.clear();
    this.unknown.clear();
  }

  private remember(name: string, holder: KeyHolder | null, until: number): void {
    this.holders.delete(name);
    if (holder === null) keep(this.unknown, name, until, this.options.unknownLimit);
    else keep(this.holders, name, { holder, until }, this.options.holderLimit);
  }

  private async takeTurn(): Promise<void> {
    if (this.loadCount >= this.options.loadLimit) {
      if (this.queue.length >= this.options.queueLimit)
        throw new MegalithError("server.overloaded", { values: { seconds: 1 }, retryAfterSeconds: 1 });
      await new Promise<void>((resolve) => this.queue.push(resolve));
    } else this.loadCount++;
  }

  /** The turn goes to the next in the queue, or comes back. */
  private passTurn(): void {
    const next = this.queue.shift();
    if (next === undefined) this.loadCount--;
    else next();
  }
}

/** The oldest goes first. */
function keep<V>(map: Map<string, V>, name: string, value: V, limit: number): void {
  if (map.size >= limit) for (const oldest of map.keys()) if (map.delete(oldest)) break;
  map.set(name, value);
}
