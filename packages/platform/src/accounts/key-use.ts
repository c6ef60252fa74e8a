/**
 * When each key was last used, to the minute, gathered in memory and written in one statement twice a minute.
 *
 * A call pays one look-up in a map. A kill loses what was gathered since the last write, at most `flushMs`; a write that
 * fails is tried again with the next. Other processes write the same rows: the later minute stays, whoever comes first.
 */
import type { Pool } from "pg";

export interface KeyUseOptions {
  readonly pool: Pool;
  /** How long a use may wait for its write; below a minute. */
  readonly flushMs?: number;
}

const minuteMs = 60_000;

export class KeyUse {
  private readonly pool: Pool;
  private readonly flushMs: number;
  /** Minutes since 1970, of keys used since the last write. */
  private pending = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();

  constructor(options: KeyUseOptions) {
    this.pool = options.pool;
    this.flushMs = options.flushMs ?? 30_000;
  }

  /** @param time milliseconds since 1970. */
  note(keyId: string, time: number): void {
    const minute = Math.floor(time / minuteMs);
    if (this.pending.get(keyId) === minute) return;
    this.pending.set(keyId, minute);
    this.timer ??= setTimeout(() => void this.flush().catch(() => undefined), this.flushMs).unref();
  }

  /** Writes what was gathered, after what is being written. @throws what the database throws; the uses are kept for the next write. */
  flush(): Promise<void> {
    const written = this.writing.then(() => this.write());
    this.writing = written.catch(() => undefined);
    return written;
  }

  private async write(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.pending.size === 0) return;
    const uses = this.pending;
    this.pending = new Map();
    try {
      // Locked in one order: two processes that write at once wait for each other and never in a circle.
      await this.pool.query(
        `with used as (select * from unnest($1::uuid[], $2::timestamptz[]) as u (id, at)),
           due as (select k.id, u.at from customer_key k join used u on u.id = k.id
             where k.last_used_at is null or k.last_used_at < u.at order by k.id for no key update of k)
         update customer_key k set last_used_at = greatest(k.last_used_at, due.at) from due where k.id = due.id`,
        [[...uses.keys()], [...uses.values()].map((minute) => new Date(minute * minuteMs))],
      );
    } catch (error) {
      for (const [keyId, minute] of uses) this.note(keyId, Math.max(minute, this.pending.get(keyId) ?? 0) * minuteMs);
      throw error;
    }
  }
}
