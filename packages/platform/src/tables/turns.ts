/** Work that takes memory or processors: few at once, a few more wait for their turn, others are told to come back. */
import { MegalithError } from "@megalith/contract";
import pLimit, { type LimitFunction } from "p-limit";

const retrySeconds = 5;

export class Turns {
  private readonly limit: LimitFunction;
  private readonly waiting: number;

  constructor(atOnce: number, waiting: number) {
    this.limit = pLimit(atOnce);
    this.waiting = waiting;
  }

  /** @throws MegalithError "server.overloaded". */
  take<T>(work: () => Promise<T>): Promise<T> {
    if (this.limit.pendingCount >= this.waiting)
      throw new MegalithError("server.overloaded", { values: { seconds: retrySeconds }, retryAfterSeconds: retrySeconds });
    return this.limit(work);
  }
}
