/** The reply of a call as JSON text: stored answers with ids, version, price, and their reasons in words. */
import { idFromUuid, wordReason } from "@megalith/contract";
import type { Answer } from "./answer.ts";

export type Language = "en" | "zh-CN";

export interface RenderedAnswer {
  /** Bare uuid. */
  readonly id: string;
  readonly reference: string | null;
  readonly answer: Answer;
  readonly version: { readonly number: number; readonly sha256: string };
  readonly price: { readonly nanos: bigint; readonly currency: string } | null;
}

/** One decision as the contract shows it. */
export function showDecision(rendered: RenderedAnswer, language: Language) {
  const { answer, version, price } = rendered;
  const { reasons, ...plain } = answer;
  return {
    id: idFromUuid("decision", rendered.id),
    reference: rendered.reference,
    ...plain,
    ...(reasons === undefined
      ? {}
      : {
          reasons: reasons.map(([column, value, contribution]) => ({
            column,
            value,
            contribution,
            text: wordReason(language, column, value, contribution),
          })),
        }),
    version: { number: version.number, sha256: version.sha256 },
    price: price === null ? null : { nanos: price.nanos.toString(), currency: price.currency },
  };
}

export function renderReply(answers: readonly RenderedAnswer[], remaining: number | null, language: Language): string {
  return JSON.stringify({ decisions: answers.map((answer) => showDecision(answer, language)), remaining });
}
