/**
 * One model's answer to one encoded row: prediction, raw score, and reasons that sum to it.
 *
 * The stored form is JSON text made in one fixed order, so the same version and input give the same bytes.
 * Base + shown reasons + other = raw score, to the rounding of one addition.
 */
import type { ExplanationPolicy } from "@megalith/contract";
import { createExplainer, createScorer, type Forest } from "@megalith/forest";

type Cell = string | number | boolean | null;

/** What is stored of an answer; reasons are [column, value, contribution] and get their words on read. */
export interface Answer {
  readonly prediction: number | string;
  readonly probability: number | null;
  readonly probabilities?: Readonly<Record<string, number>>;
  readonly score: number;
  readonly base?: number;
  readonly reasons?: readonly (readonly [column: string, value: Cell, contribution: number])[];
  readonly other?: number;
  /** Columns whose category training never saw: they counted as missing. Absent when there are none. */
  readonly unseen?: string[];
}

export class Answerer {
  readonly forest: Forest;
  private readonly scorer;
  private explainer: ReturnType<typeof createExplainer> | undefined;
  private readonly raw: Float64Array;
  private readonly chance: Float64Array;
  private contributions: Float64Array | undefined;
  private readonly classes: readonly string[];

  /** @param classes names of a multiclass model's outputs, in order. */
  constructor(forest: Forest, classes: readonly string[]) {
    this.forest = forest;
    this.classes = classes;
    this.scorer = createScorer(forest);
    this.raw = new Float64Array(forest.outputs);
    this.chance = new Float64Array(forest.outputs);
  }

  /**
   * @param unseen what the encoder of the row said of it.
   * Cost: about 2 µs without reasons, 70 µs with, for 100 trees of 31 leaves (bench/explain.ts, bench/score.ts).
   */
  answer(row: Float64Array, input: Readonly<Record<string, Cell>>, policy: ExplanationPolicy, unseen?: string[]): Answer {
    this.scorer.rawScore(row, this.raw);
    this.scorer.probability(this.raw, this.chance);
    const output = this.forest.task === "multiclass" ? largest(this.chance) : 0;
    const score = this.raw[output] as number;
    const head = this.predict(output, score);
    const answer = policy.kind === "none" ? head : { ...head, ...this.explain(row, input, output, score, policy) };
    return unseen === undefined ? answer : { ...answer, unseen };
  }

  private predict(output: number, score: number): Pick<Answer, "prediction" | "probability" | "probabilities" | "score"> {
    if (this.forest.task === "regression") return { prediction: score, probability: null, score };
    const probability = this.chance[output] as number;
    if (this.forest.task === "binary") return { prediction: probability, probability, score };
    const probabilities = Object.fromEntries(this.classes.map((name, index) => [name, this.chance[index] as number]));
    return { prediction: this.classes[output] ?? String(output), probability, probabilities, score };
  }

  private explain(row: Float64Array, input: Readonly<Record<string, Cell>>, output: number, score: number, policy: ExplanationPolicy) {
    const { features, outputs } = this.forest;
    this.explainer ??= createExplainer(this.forest);
    this.contributions ??= new Float64Array(outputs * features.length);
    this.explainer.explain(row, this.contributions);
    const own = this.contributions.subarray(output * features.length, (output + 1) * features.length);
    const base = this.explainer.baseValues[output] as number;
    const order = [...own.keys()].sort((a, b) => Math.abs(own[b] as number) - Math.abs(own[a] as number) || a - b);
    const shown = policy.kind === "top" ? order.slice(0, policy.count ?? 5) : order;
    let sum = base;
    const reasons = shown.map((index) => {
      const contribution = own[index] as number;
      sum += contribution;
      const column = features[index]?.name ?? "";
      return [column, Object.hasOwn(input, column) ? (input[column] ?? null) : null, contribution] as const;
    });
    return { base, reasons, other: score - sum };
  }
}

function largest(values: Float64Array): number {
  let best = 0;
  for (let index = 1; index < values.length; index++) if ((values[index] as number) > (values[best] as number)) best = index;
  return best;
}
