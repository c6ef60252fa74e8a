/**
 * Bodies on their way: one that comes a byte at a time would hold a connection, and a place among the calls under way, for ever.
 *
 * One look a second for all of them: a timer for each call would cost the calls that arrive at once.
 */
import type { FastifyRequest } from "fastify";

const lookMs = 1000;

export class ArrivingBodies {
  private readonly since = new Map<FastifyRequest, number>();
  private readonly timer: NodeJS.Timeout;
  private readonly elapsedMs: () => number;

  /**
   * @param limitMs how long a body may take.
   * @param onLate  told of each that takes longer, once.
   * @param elapsedMs monotonic milliseconds.
   */
  constructor(limitMs: number, onLate: (request: FastifyRequest) => void, elapsedMs?: () => number) {
    this.elapsedMs = elapsedMs ?? (() => performance.now());
    this.timer = setInterval(() => this.look(limitMs, onLate), Math.min(limitMs, lookMs)).unref();
  }

  /** From now on, also for one that was begun before. Ends by itself with the request. */
  begin(request: FastifyRequest): void {
    this.since.delete(request);
    this.since.set(request, this.elapsedMs());
  }

  end(request: FastifyRequest): void {
    this.since.delete(request);
  }

  stop(): void {
    clearInterval(this.timer);
    this.since.clear();
  }

  /** The oldest come first. */
  private look(limitMs: number, onLate: (request: FastifyRequest) => void): void {
    const begun = this.elapsedMs() - limitMs;
    for (const [request, since] of this.since) {
      if (since > begun) return;
      this.since.delete(request);
      if (!request.raw.complete) onLate(request);
    }
  }
}
