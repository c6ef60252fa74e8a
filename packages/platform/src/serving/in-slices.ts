/** Long work on the event loop, a few milliseconds at a time: other calls are answered in between. */
import { setImmediate } from "node:timers/promises";

const sliceMs = 10;

/**
 * @param work one item's, at most a slice by itself. What it uses must be the call's own: other calls run between two items.
 * @param clock monotonic milliseconds.
 */
export async function mapInSlices<T, R>(items: readonly T[], work: (item: T, index: number) => R, clock?: () => number): Promise<R[]> {
  const elapsedMs = clock ?? (() => performance.now());
  const results: R[] = [];
  let end = elapsedMs() + sliceMs;
  for (const [index, item] of items.entries()) {
    if (elapsedMs() >= end) {
      await setImmediate();
      end = elapsedMs() + sliceMs;
    }
    results.push(work(item, index));
  }
  return results;
}
