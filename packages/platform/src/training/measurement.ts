/**
 * Chooses the rounds of a model and asks the rows that its figures come from; neither sees what the other may not (decision 0010).
 */
import type { Forest } from "@megalith/forest";
import { type Asked, constantOf, deal, type EvaluationPlan, predictRows, type Split, splitByTime } from "./evaluation.ts";
import { type Course, type Fitting, fit, type Race, race } from "./fitting.ts";
import type { RoundsRule } from "./rounds.ts";
import type { RoundsTracker } from "./tracker.ts";

export interface MeasureOptions {
  readonly rule: RoundsRule;
  /** Rounds where there is nothing to choose them by. */
  readonly fallback: number;
  readonly seed: number;
  /** [rows]; of a plan in time. */
  readonly time: Float64Array | undefined;
  /** False: rounds are chosen, but no row is asked. */
  readonly asks: boolean;
  readonly tracker: RoundsTracker;
}

export interface Measured {
  /** For the forest on all rows. */
  readonly rounds: number;
  /** What each part of the asked rows was answered with. */
  readonly answeredWith: readonly number[];
  readonly asked: Asked;
}

/** A held-out fifth is answered in so many parts, each with the rounds that the others chose. */
const holdoutParts = 5;

/** How many forests grow side by side, stage by stage, before the one on all rows. */
export function stagesOf({ scheme, splits }: EvaluationPlan, { patience }: RoundsRule, asks: boolean): number[] {
  if (patience === 0) return asks ? splits.map(() => 1) : [];
  return scheme === "time" && asks ? [1, 1] : [splits.length];
}

/** @throws MegalithError "training.impossible"; the signal's reason. */
export async function chooseAndMeasure(fitting: Fitting, plan: EvaluationPlan, options: MeasureOptions): Promise<Measured> {
  const { rule, tracker } = options;
  const answers = createAnswers(fitting);
  if (rule.patience === 0) {
    for (const { learn, ask } of options.asks ? plan.splits : [])
      answers.add(ask, await fit(fitting, learn, rule.most, tracker.stage()), rule.most);
    return { rounds: rule.most, ...answers.end() };
  }
  const inTime = plan.scheme === "time" && options.asks ? await chooseInTime(fitting, plan.splits[0] as Split, options) : undefined;
  const courses = plan.splits.map((split) => courseOf(fitting, split, plan.scheme === "holdout" ? options : undefined));
  if (courses.every(({ parts }) => parts.length === 0)) return { rounds: options.fallback, ...answers.end() };
  const raced = await race(fitting, courses, rule, tracker.stage(), inTime);
  let place = 0;
  for (const [index, { parts }] of courses.entries())
    for (const part of parts) {
      const rounds = inTime ?? raced.chooser.bestWithout(place++)?.rounds ?? options.fallback;
      if (options.asks) answers.add(part, raced.forestOf(index, rounds), rounds);
    }
  return { rounds: raced.chooser.best().rounds, ...answers.end() };
}

/** Rounds for the figures in time order: chosen on the end of what is learned from, so that the asked rows stay in the future. */
async function chooseInTime(fitting: Fitting, { learn }: Split, { time, rule, tracker, fallback }: MeasureOptions): Promise<number> {
  const step = tracker.stage();
  const course = courseOf(fitting, splitByTime(learn, time as Float64Array));
  if (course.parts.length === 0 || !canLearn(fitting, course.learn)) return fallback;
  const raced: Race = await race(fitting, [course], rule, step);
  return raced.chooser.best().rounds;
}

/** Rows that weigh nothing have no say. */
function courseOf({ target, weight }: Fitting, { learn, ask }: Split, cut?: { readonly seed: number }): Course {
  const counted = weight === undefined ? ask : ask.filter((row) => (weight[row] as number) > 0);
  const parts = cut === undefined ? [counted] : deal(counted, target, holdoutParts, cut.seed).map((split) => split.ask);
  return { learn, parts: parts.filter(({ length }) => length > 0) };
}

function canLearn({ target, weight }: Fitting, rows: Int32Array): boolean {
  const counted = rows.filter((row) => weight === undefined || (weight[row] as number) > 0);
  return (
    counted.length > 0 &&
    (target.task === "regression" || counted.some((row) => target.values[row] !== target.values[counted[0] as number]))
  );
}

function createAnswers({ columns, target, weight }: Fitting) {
  const rows: Int32Array[] = [];
  const predicted: Float64Array[] = [];
  const constant: Float64Array[] = [];
  const answeredWith: number[] = [];
  return {
    add(asked: Int32Array, forest: Forest, rounds: number): void {
      rows.push(asked);
      predicted.push(predictRows(forest, columns, asked));
      constant.push(constantOf(forest, asked.length));
      answeredWith.push(rounds);
    },
    end(): Pick<Measured, "asked" | "answeredWith"> {
      const all = Int32Array.from(rows.flatMap((part) => [...part]));
      const of = (values: Float64Array): Float64Array => Float64Array.from(all, (row) => values[row] as number);
      const asked = { truth: of(target.values), predicted: join(predicted), constant: join(constant), weight: weight && of(weight) };
      return { answeredWith, asked };
    },
  };
}

function join(parts: readonly Float64Array[]): Float64Array {
  const whole = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
