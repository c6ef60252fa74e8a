/** Whether the database answers. Anybody may ask, so it is asked at most twice a second, once for all who wait. */
import type { Pool } from "pg";

const freshMs = 500;

export interface DatabaseProbeOptions {
  readonly pool: Pool;
  /** Monotonic milliseconds. */
  readonly elapsedMs?: () => number;
  /** How long an answer may take. */
  readonly patienceMs?: number;
}

export class DatabaseProbe {
  private readonly pool: Pool;
  private readonly elapsedMs: () => number;
  private readonly patienceMs: number;
  private askedAt = Number.NEGATIVE_INFINITY;
  private last: Promise<boolean> = Promise.resolve(false);
  /** The one question that is under way: a database that hangs is not asked again and again. */
  private open: Promise<boolean> | undefined;

  constructor({ pool, elapsedMs, patienceMs = 2000 }: DatabaseProbeOptions) {
    this.pool = pool;
    this.patienceMs = patienceMs;
    this.elapsedMs = elapsedMs ?? (() => performance.now());
  }

  /** False also when it takes too long. */
  answers(): Promise<boolean> {
    const now = this.elapsedMs();
    if (now - this.askedAt >= freshMs) {
      this.askedAt = now;
      this.last = this.ask();
    }
    return this.last;
  }

  private async ask(): Promise<boolean> {
    const { promise: late, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => resolve(false), this.patienceMs);
    this.open ??= this.pool
      .query("select")
      .then(
        () => true,
        () => false,
      )
      .finally(() => {
        this.open = undefined;
      });
    try {
      return await Promise.race([this.open, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}
