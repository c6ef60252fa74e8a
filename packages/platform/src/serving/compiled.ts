/** A service made ready to answer: its settings, its champion decoded, an encoder for records and an answerer. */
import type { Version } from "../registry/index.ts";
import type { RecordEncoder } from "../training/index.ts";
import type { Answerer } from "./answer.ts";
import type { PublishedService } from "./published-service.ts";

export interface CompiledVersion {
  readonly version: Version;
  readonly encoder: RecordEncoder;
  readonly answerer: Answerer;
  readonly target: string;
  readonly positive: string | null;
  readonly classes: readonly string[];
}

export interface CompiledService {
  readonly service: PublishedService;
  readonly champion: CompiledVersion;
}

/** Keeps the most recently used values; the oldest leaves when there are more than `limit`. */
export class RecentlyUsed<V> {
  private readonly entries = new Map<string, V>();
  private readonly limit: number;

  constructor(limit: number) {
    this.limit = limit;
  }

  get(key: string): V | undefined {
    const value = this.entries.get(key);
    // Far from the limit nothing leaves, so the order need not be kept: a hot path changes nothing.
    if (value === undefined || this.entries.size * 2 < this.limit) return value;
    this.entries.delete(key);
    this.entries.set(key, value);
    return value;
  }

  set(key: string, value: V): void {
    this.entries.delete(key);
    this.entries.set(key, value);
    if (this.entries.size <= this.limit) return;
    const oldest = this.entries.keys().next().value;
    if (oldest !== undefined) this.entries.delete(oldest);
  }

  delete(key: string): void {
    this.entries.delete(key);
  }

  clear(): void {
    this.entries.clear();
  }
}
