/**
 * Slows guessing: a failure makes the next try wait, longer with each, by whom is guessed and from where.
 *
 * | counted by | free failures | then a wait of | up to | against |
 * |---|---|---|---|---|
 * | account and network | 5 | 2 s, doubling | 15 min | guessing one password; elsewhere the right one still works |
 * | network | 30 | 1 s, doubling | 5 min | trying many accounts from one place |
 * | account | 100 | 1 s, doubling | 1 min | many places at one account; not where it signed in before |
 *
 * A try counts when it begins, so that many at once are no way around; one that succeeds is given back. Each count is
 * forgotten an hour after its last failure, and the longest unused when there are too many: memory is bounded.
 */
import { MegalithError } from "@megalith/contract";
import type { Clock } from "../foundation/index.ts";
import { RecentMap } from "./recent-map.ts";

interface Rule {
  readonly freeCount: number;
  readonly firstWaitMs: number;
  readonly longestWaitMs: number;
}

interface Failures {
  count: number;
  /** When the last counted try began, milliseconds since 1970. */
  since: number;
}

/** A try under way. */
export interface SignInTry {
  /** The secret was right: the try is no failure. */
  succeeded(): void;
}

const rules = {
  pair: { freeCount: 5, firstWaitMs: 2000, longestWaitMs: 900_000 },
  network: { freeCount: 30, firstWaitMs: 1000, longestWaitMs: 300_000 },
  account: { freeCount: 100, firstWaitMs: 1000, longestWaitMs: 60_000 },
} as const satisfies Record<string, Rule>;
type Kind = keyof typeof rules;

const forgetMs = 3_600_000;
/** Each password costs tens of milliseconds of a core: so many may wait for theirs at once. */
const underWayLimit = 32;

export class SignInLimit {
  private readonly clock: Clock;
  private readonly failures: Readonly<Record<Kind, RecentMap<Failures>>>;
  /** Accounts with the networks they signed in from. */
  private readonly proven: RecentMap<true>;
  private underWay = 0;

  /** @param limit how many are remembered of each kind. */
  constructor(clock: Clock, limit = 20_000) {
    this.clock = clock;
    this.failures = { pair: new RecentMap(limit), network: new RecentMap(limit), account: new RecentMap(limit) };
    this.proven = new RecentMap(limit);
  }

  /**
   * Runs a check of a secret that throws when it is wrong.
   * @param account null for the admin key, which cannot be guessed: only its network is slowed.
   * @param network where the try comes from.
   * @throws MegalithError "access.too_many_failures", and what the check throws.
   */
  async guard<T>(account: string | null, network: string, check: () => Promise<T>): Promise<T> {
    const attempt = this.begin(account, network);
    if (this.underWay >= underWayLimit) {
      attempt.succeeded();
      throw tooMany(1000);
    }
    this.underWay++;
    try {
      const result = await check();
      attempt.succeeded();
      if (account !== null) this.prove(account, network);
      return result;
    } finally {
      this.underWay--;
    }
  }

  /** How many counts are held, of all kinds. */
  get size(): number {
    return Object.values(this.failures).reduce((sum, { size }) => sum + size, this.proven.size);
  }

  private begin(account: string | null, network: string): SignInTry {
    const now = this.clock.now().getTime();
    const names = this.namesOf(account, network);
    const waitMs = Math.max(...names.map(([kind, name]) => this.waitOf(kind, name, now)));
    if (waitMs > 0) throw tooMany(waitMs);
    const giveBacks = names.map(([kind, name]) => this.count(kind, name, now));
    return {
      succeeded: () => {
        for (const giveBack of giveBacks) giveBack();
      },
    };
  }

  private namesOf(account: string | null, network: string): (readonly [Kind, string])[] {
    if (account === null) return [["network", network]];
    const pair = pairOf(account, network);
    const both = [["pair", pair] as const, ["network", network] as const];
    return this.proven.get(pair) === true ? both : [...both, ["account", account] as const];
  }

  private waitOf(kind: Kind, name: string, now: number): number {
    const failures = this.failures[kind].get(name);
    const { freeCount, firstWaitMs, longestWaitMs } = rules[kind];
    if (failures === undefined || failures.count < freeCount) return 0;
    const waitMs = Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(30, failures.count - freeCount));
    // A clock that was set back must not make it longer.
    return Math.min(waitMs, failures.since + waitMs - now);
  }

  private count(kind: Kind, name: string, now: number): () => void {
    const known = this.failures[kind].get(name);
    const failures = known !== undefined && now - known.since < forgetMs ? known : { count: 0, since: now };
    const before = failures.since;
    failures.count++;
    failures.since = now;
    this.failures[kind].set(name, failures);
    return () => {
      failures.count--;
      // The wait that came before stays: a right password of one's own is no way to shorten it.
      if (failures.since === now) failures.since = before;
      if (failures.count <= 0) this.failures[kind].delete(name);
    };
  }

  private prove(account: string, network: string): void {
    const pair = pairOf(account, network);
    this.proven.set(pair, true);
    this.failures.pair.delete(pair);
  }
}

function pairOf(account: string, network: string): string {
  return `${network} ${account}`;
}

function tooMany(waitMs: number): MegalithError {
  const seconds = Math.max(1, Math.ceil(waitMs / 1000));
  return new MegalithError("access.too_many_failures", { values: { seconds }, retryAfterSeconds: seconds });
}
