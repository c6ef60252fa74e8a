/**
 * Chooses the number of boosting rounds by held-out losses, as they come in, and says when fewer leaves are worth a try.
 *
 * Held-out rows lie in parts. All parts together choose the rounds of the model that is kept. For the figures each part is
 * answered with the rounds that the other parts chose, so that no row's own loss has a say in how it is answered (decision 0010).
 */
import type { TrainParameters } from "@megalith/forest";
import type { TrainingChoice } from "./choice.ts";

export interface RoundsRule {
  /** No forest grows more. */
  readonly most: number;
  /** Rounds without a lower held-out loss that end a training; 0: all rounds are grown, and nothing is chosen. */
  readonly patience: number;
}

/** From here on a table is large: its rounds cost, and its held-out loss is smooth. */
const largeRows = 20_000;

/**
 * `rounds` alone is kept to exactly. `earlyStoppingRounds` makes it a maximum, as in LightGBM; 0 switches choosing off.
 * @param suggested what suits the table, with its fixed number of rounds. @param rows rows with a target.
 */
export function roundsRuleOf(given: TrainingChoice["parameters"], suggested: TrainParameters, rows: number): RoundsRule {
  const { rounds, earlyStoppingRounds } = given ?? {};
  if (earlyStoppingRounds === 0 || (rounds !== undefined && earlyStoppingRounds === undefined))
    return { most: rounds ?? suggested.rounds, patience: 0 };
  const isLarge = rows >= largeRows;
  return { most: rounds ?? (isLarge ? 2 * suggested.rounds : 1000), patience: earlyStoppingRounds ?? (isLarge ? 30 : 50) };
}

/** A forest of this size that is best this early learns the noise: one of fewer leaves is tried beside it. */
export const earlyRounds = 100;
const fewerLeaves = 8;

/**
 * The leaves to try where the suggested ones overfit early; undefined where they were given, are few, or a second trial costs too much.
 * @param rows rows with a target.
 */
export function fewerLeavesOf(given: TrainingChoice["parameters"], suggested: TrainParameters, rows: number): number | undefined {
  return given?.leaves === undefined && rows < largeRows && suggested.leaves > fewerLeaves ? fewerLeaves : undefined;
}

export interface ChosenRounds {
  /** At least 1. */
  readonly rounds: number;
  /** Mean held-out loss at these rounds. */
  readonly loss: number;
}

export interface RoundsChooser {
  /** Takes the mean loss of each part after one more round; true when every choice is made. */
  take(losses: readonly number[]): boolean;
  /** So far, by all parts. */
  best(): ChosenRounds;
  /** So far, by the parts that are not `part`; undefined where it is the only one. */
  bestWithout(part: number): ChosenRounds | undefined;
}

interface Leader {
  rounds: number;
  loss: number;
  ended: boolean;
}

/** @param weights of each part: how much its rows count together, above 0. */
export function createRoundsChooser(weights: readonly number[], patience: number): RoundsChooser {
  const all: Leader = { rounds: 1, loss: Number.POSITIVE_INFINITY, ended: false };
  const without = weights.length < 2 ? [] : weights.map((): Leader => ({ ...all }));
  let round = 0;

  /** Summed anew without the part: to take it off a sum would leave its last bits behind. */
  function meanOf(losses: readonly number[], left?: number): number {
    let sum = 0;
    let total = 0;
    for (const [part, loss] of losses.entries()) {
      if (part === left) continue;
      sum += (weights[part] as number) * loss;
      total += weights[part] as number;
    }
    return sum / total;
  }

  function follow(leader: Leader, loss: number): void {
    if (leader.ended) return;
    if (loss < leader.loss) {
      leader.rounds = round;
      leader.loss = loss;
    } else leader.ended = round - leader.rounds >= patience;
  }

  return {
    take(losses) {
      round++;
      follow(all, meanOf(losses));
      for (const [part, leader] of without.entries()) follow(leader, meanOf(losses, part));
      return all.ended && without.every(({ ended }) => ended);
    },
    best: () => all,
    bestWithout: (part) => without[part],
  };
}
