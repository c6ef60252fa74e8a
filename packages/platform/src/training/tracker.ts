/**
 * What is told of a training while its end is not known: rounds done, and rounds to do if no loss falls any more.
 *
 * The share never falls: when a better round puts the end off, the bar waits while the words go on counting.
 */

import type { Step } from "./fitting.ts";
import type { RoundsRule } from "./rounds.ts";

export interface TrainingProgress {
  readonly phase: "leaks" | "evaluation" | "training";
  /** Rounds done and to do, over all forests. */
  readonly done: number;
  readonly total: number;
  /** Of the forests under way: this round, and how many there are at most. */
  readonly round?: number;
  readonly most?: number;
  /** The rounds of the lowest held-out loss so far, where rounds are being chosen. */
  readonly best?: number;
}

export interface RoundsTracker {
  /**
   * The next stage of the measurement begins, with so many forests side by side.
   * @param again whether a stage of as many forests follows, were `best` the best rounds.
   */
  stage(width: number, again?: (best: number) => boolean): Step;
  /** The forest on all rows begins, of so many rounds. */
  last(rounds: number): Step;
}

/** @param widths forests that grow side by side, of every stage that is foreseen; others may come. */
export function createTracker(
  tell: ((progress: TrainingProgress) => void) | undefined,
  widths: readonly number[],
  { most, patience }: RoundsRule,
): RoundsTracker {
  let finished = 0;
  let reached = 0;
  let shown = 0;
  let stages = 0;

  function show(progress: Omit<TrainingProgress, "total">, rest: number): void {
    const { done } = progress;
    const most = Math.max(done, Math.floor(done / shown + 1e-9));
    const total = Math.min(done + rest, most);
    shown = done / total;
    tell?.({ ...progress, total });
  }

  function next(): void {
    finished += reached;
    reached = 0;
  }

  return {
    stage(width, again = () => false) {
      next();
      const later = widths.slice(++stages).reduce((sum, other) => sum + other, 0);
      return (round, best) => {
        reached = width * round;
        const stop = patience === 0 || best === undefined ? most : Math.min(most, Math.max(round, best + patience));
        const more = best !== undefined && again(best) ? width : 0;
        const rest = width * (stop - round) + (later + more) * stop + (best ?? most);
        show({ phase: "evaluation", done: finished + reached, round, most, ...(best === undefined ? {} : { best }) }, rest);
      };
    },
    last(rounds) {
      next();
      return (round) => show({ phase: "training", done: finished + round, round, most: rounds }, rounds - round);
    },
  };
}
