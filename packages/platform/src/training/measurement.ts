/**
 * Chooses rounds and leaves of a model and asks the rows that its figures come from; no row's own loss has a say in how it is answered (decision 0010).
 */
import type { Forest } from "@megalith/forest";
import { type Asked, constantOf, deal, type EvaluationPlan, predictRows, type Split, splitByTime } from "./evaluation.ts";
import { type Course, type Fitting, fit, race, type Shape } from "./fitting.ts";
import { type ChosenRounds, earlyRounds, type RoundsChooser, type RoundsRule } from "./rounds.ts";
import type { RoundsTracker } from "./tracker.ts";

export interface MeasureOptions {
  readonly rule: RoundsRule;
  readonly leaves: number;
  /** Tried where the leaves overfit early. */
  readonly fewerLeaves: number | undefined;
  /** Rounds where there is nothing to choose them by. */
  readonly fallback: number;
  readonly seed: number;
  /** [rows]; of a plan in time. */
  readonly time: Float64Array | undefined;
  /** False: rounds are chosen, but no row is asked. */
  readonly asks: boolean;
  readonly tracker: RoundsTracker;
}

/** What was tried: its best rounds, and the mean held-out loss there. */
export interface Tried extends Shape {
  readonly loss: number;
}

export interface Measured {
  /** For the forest on all rows. */
  readonly chosen: Shape;
  readonly tried: readonly Tried[];
  /** What each part of the asked rows was answered with. */
  readonly answeredWith: readonly Shape[];
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
  const { rule, tracker, leaves, asks } = options;
  const answers = createAnswers(fitting);
  if (rule.patience === 0) {
    const given = { rounds: rule.most, leaves };
    for (const { learn, ask } of asks ? plan.splits : []) answers.add(ask, await fit(fitting, learn, given, tracker.stage(1)), given);
    return { chosen: given, tried: [], ...answers.end() };
  }
  const unchosen = { rounds: options.fallback, leaves };
  const inTime = plan.scheme === "time" && asks ? await chooseInTime(fitting, plan.splits[0] as Split, options) : undefined;
  const courses = plan.splits.map((split) => courseOf(fitting, split, plan.scheme === "holdout" ? options : undefined));
  if (courses.every(({ parts }) => parts.length === 0)) return { chosen: unchosen, tried: [], ...answers.end() };
  const held = await contest(fitting, courses, options, inTime);
  let place = 0;
  for (const [index, { parts }] of courses.entries())
    for (const part of parts) {
      const shape = inTime ?? held.bestWithout(place++) ?? unchosen;
      if (asks) answers.add(part, held.forestOf(index, shape), shape);
    }
  return { chosen: held.best, tried: held.tried, ...answers.end() };
}

/** For the figures in time order: chosen on the end of what is learned from, so that the asked rows stay in the future. */
async function chooseInTime(fitting: Fitting, { learn }: Split, options: MeasureOptions): Promise<Shape> {
  const course = courseOf(fitting, splitByTime(learn, options.time as Float64Array));
  if (course.parts.length > 0 && canLearn(fitting, course.learn)) return (await contest(fitting, [course], options)).best;
  return { rounds: options.fallback, leaves: options.leaves };
}

interface Contest {
  readonly best: Shape;
  readonly tried: readonly Tried[];
  /** By the parts that are not `part`; undefined where it is the only one. */
  bestWithout(part: number): Shape | undefined;
  forestOf(course: number, shape: Shape): Forest;
}

/**
 * Races the leaves that suit the table and, where those overfit early, fewer.
 * Whether fewer count is for every choice its own matter: those who choose without a part do not hear of it.
 * @param wanted a shape whose forests must be there whatever the losses say.
 */
async function contest(fitting: Fitting, courses: readonly Course[], options: MeasureOptions, wanted?: Shape): Promise<Contest> {
  const { rule, tracker, leaves, fewerLeaves } = options;
  const leastOf = (own: number): number => (wanted?.leaves === own ? wanted.rounds : 1);
  const run = (own: number, again?: (best: number) => boolean) =>
    race(fitting, courses, { rule, leaves: own, least: leastOf(own) }, tracker.stage(courses.length, again));
  const first = await run(leaves, (best) => fewerLeaves !== undefined && best < earlyRounds);
  const isEarly = (best: ChosenRounds | undefined): boolean => best !== undefined && best.rounds < earlyRounds;
  const parts = courses.flatMap((course) => course.parts).map((_, part) => first.chooser.bestWithout(part));
  const isTried = wanted?.leaves === fewerLeaves || [first.chooser.best(), ...parts].some(isEarly);
  const second = fewerLeaves !== undefined && isTried ? await run(fewerLeaves) : undefined;

  function better(more: ChosenRounds, fewer: ChosenRounds | undefined): Shape {
    const fewerWin = fewerLeaves !== undefined && fewer !== undefined && isEarly(more) && fewer.loss < more.loss;
    return fewerWin ? { rounds: fewer.rounds, leaves: fewerLeaves } : { rounds: more.rounds, leaves };
  }

  const triedOf = (chooser: RoundsChooser, own: number): Tried => ({
    rounds: chooser.best().rounds,
    leaves: own,
    loss: chooser.best().loss,
  });
  return {
    best: better(first.chooser.best(), second?.chooser.best()),
    tried: [triedOf(first.chooser, leaves), ...(second === undefined ? [] : [triedOf(second.chooser, fewerLeaves as number)])],
    bestWithout(part) {
      const own = first.chooser.bestWithout(part);
      return own === undefined ? undefined : better(own, second?.chooser.bestWithout(part));
    },
    forestOf: (course, shape) => (second !== undefined && shape.leaves === fewerLeaves ? second : first).forestOf(course, shape.rounds),
  };
}

/** Rows that weigh nothing have no say. */
function courseOf({ target, weight }: Fitting, { learn, ask }: Split, cut?: { readonly seed: number }): Course {
  const counted = weight === undefined ? ask : ask.filter((row) => (weight[row] as number) > 0);
  const parts = cut === undefined ? [counted] : deal(counted, target, holdoutParts, cut.seed).map((split) => split.ask);
  return { learn, parts: parts.filter(({ length }) => length > 0) };
}

function canLearn({ target, weight }: Fitting, rows: Int32Array): boolean {
  const counted = rows.filter((row) => weight === undefined || (weight[row] as number) > 0);
  const first = target.values[counted[0] ?? 0];
  return counted.length > 0 && (target.task === "regression" || counted.some((row) => target.values[row] !== first));
}

function createAnswers({ columns, target, weight }: Fitting) {
  const rows: Int32Array[] = [];
  const predicted: Float64Array[] = [];
  const constant: Float64Array[] = [];
  const answeredWith: Shape[] = [];
  return {
    add(asked: Int32Array, forest: Forest, shape: Shape): void {
      rows.push(asked);
      predicted.push(predictRows(forest, columns, asked));
      constant.push(constantOf(forest, asked.length));
      answeredWith.push(shape);
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
