/**
 * Bounds guessing: so many failures a minute for one name, and for the whole installation.
 *
 * An attempt counts when it begins, so that many at once are no way around; one that succeeds is given back.
 */
import { MegalithError } from "@megalith/contract";
import type { Clock } from "../foundation/index.ts";

const windowMs = 60_000;
const perName = 10;
const perInstallation = 300;

export class SignInLimit {
  private readonly clock: Clock;
  private since = 0;
  private total = 0;
  private readonly failures = new Map<string, number>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** @throws MegalithError "access.too_many_failures". */
  take(name: string): void {
    const now = this.clock.now().getTime();
    if (now - this.since >= windowMs || now < this.since) {
      this.since = now;
      this.total = 0;
      this.failures.clear();
    }
    const count = this.failures.get(name) ?? 0;
    if (count >= perName || this.total >= perInstallation) {
      const seconds = Math.max(1, Math.ceil((this.since + windowMs - now) / 1000));
      throw new MegalithError("access.too_many_failures", { values: { seconds }, retryAfterSeconds: seconds });
    }
    this.failures.set(name, count + 1);
    this.total++;
  }

  giveBack(name: string): void {
    const count = this.failures.get(name);
    if (count === undefined) return;
    this.failures.set(name, count - 1);
    this.total--;
  }
}
