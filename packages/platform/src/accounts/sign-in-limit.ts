/**
 * Slows guessing: a failure makes the next try wait, longer with each, by whom is guessed and from where.
 *
 * | counted by | free failures | then a wait of | up to | against |
 * |---|---|---|---|---|
 * | account and network | 5 | 2 s, doubling | 15 min | guessing one password; elsewhere the right one still works |
 * | network | 30 | 1 s, doubling | 5 min | trying many accounts from one place |
 * | account | 100 | 1 s, doubling | 1 min | many places at one account; not where it signed in during the last 90 days |
 *
 * A try counts when it begins, so that many at once are no way around; one that succeeds is given back. Counts lie in the
 * database, for all processes and over restarts; each is forgotten an hour after its last failure, and later tries sweep it.
 */
import { createHash } from "node:crypto";
import { MegalithError } from "@megalith/contract";
import type { Pool } from "pg";
import type { Clock } from "../foundation/index.ts";

interface Rule {
  readonly freeCount: number;
  readonly firstWaitMs: number;
  readonly longestWaitMs: number;
}

const rules = {
  pair: { freeCount: 5, firstWaitMs: 2000, longestWaitMs: 900_000 },
  network: { freeCount: 30, firstWaitMs: 1000, longestWaitMs: 300_000 },
  account: { freeCount: 100, firstWaitMs: 1000, longestWaitMs: 60_000 },
} as const satisfies Record<string, Rule>;
type Kind = keyof typeof rules;

/** Each password costs tens of milliseconds of a core: so many may wait for theirs at once, in one process. */
const underWayLimit = 32;

export class SignInLimit {
  private readonly pool: Pool;
  private readonly clock: Clock;
  private underWay = 0;

  constructor(pool: Pool, clock: Clock) {
    this.pool = pool;
    this.clock = clock;
  }

  /**
   * Runs a check of a secret that throws when it is wrong. One statement before it, one more when it was right.
   * @param account null for the admin key, which cannot be guessed: only its network is slowed.
   * @param network where the try comes from.
   * @throws MegalithError "access.too_many_failures", and what the check throws.
   */
  async guard<T>(account: string | null, network: string, check: () => Promise<T>): Promise<T> {
    if (this.underWay >= underWayLimit) throw tooMany(1000);
    this.underWay++;
    try {
      const succeeded = await this.begin(account, network);
      const result = await check();
      await succeeded();
      return result;
    } finally {
      this.underWay--;
    }
  }

  /** @returns to be called when the secret was right. */
  private async begin(account: string | null, network: string): Promise<() => Promise<unknown>> {
    const kinds: readonly Kind[] = account === null ? ["network"] : ["pair", "network", "account"];
    const names = kinds.map((kind) => nameOf(kind, account, network));
    const place = account === null ? null : nameOf("place", account, network);
    const used = kinds.map((kind) => rules[kind]);
    const now = this.clock.now();
    const begun = await this.pool.query<{ wait_ms: number; counted: number }>({
      name: "accounts.begin_sign_in",
      text: "select wait_ms, counted from begin_sign_in($1, $2, $3, $4, $5, $6)",
      values: [
        names,
        used.map(({ freeCount }) => freeCount),
        used.map(({ firstWaitMs }) => firstWaitMs),
        used.map(({ longestWaitMs }) => longestWaitMs),
        place,
        now,
      ],
    });
    const { wait_ms: waitMs, counted } = begun.rows[0] as { wait_ms: number; counted: number };
    if (waitMs > 0) throw tooMany(waitMs);
    return () => this.pool.query("select end_sign_in($1, $2, $3)", [names.slice(0, counted), place, now]);
  }
}

/** The same length for each, and nothing of what was typed. */
function nameOf(kind: Kind | "place", account: string | null, network: string): Buffer {
  const parts = kind === "network" ? [network] : kind === "account" ? [account] : [network, account];
  return createHash("sha256")
    .update(JSON.stringify([kind, ...parts]))
    .digest();
}

function tooMany(waitMs: number): MegalithError {
  const seconds = Math.max(1, Math.ceil(waitMs / 1000));
  return new MegalithError("access.too_many_failures", { values: { seconds }, retryAfterSeconds: seconds });
}
