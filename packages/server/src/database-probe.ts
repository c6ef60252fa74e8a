/** Whether the database answers. Anybody may ask, so it is asked at most twice a second, once for all who wait. */
import type { Pool } from "pg";

const freshMs = 500;
const patienceMs = 2000;

export interface DatabaseProbeOptions {
  readonly pool: Pool;
  /** Monotonic milliseconds. */
  readonly elapsedMs?: () => number;
}

export class DatabaseProbe {
  private readonly pool: Pool;
  private readonly elapsedMs: () => number;
  private askedAt = Number.NEGATIVE_INFINITY;
  private last: Promise<boolean> = Promise.resolve(false);

  constructor({ pool, elapsedMs }: DatabaseProbeOptions) {
    this.pool = pool;
    this.elapsedMs = elapsedMs ?? (() => performance.now());
  }

  /** False also when it takes more than two seconds. */
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
    const timer = setTimeout(() => resolve(false), patienceMs);
    const asked = this.pool.query("select").then(
      () => true,
      () => false,
    );
    try {
      return await Promise.race([asked, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}
