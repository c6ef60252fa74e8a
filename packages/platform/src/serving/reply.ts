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

/** As `RenderedAnswer`, with the answer's JSON text as it is stored. */
export interface StoredAnswer extends RenderedAnswer {
  readonly answerText: string;
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
            text: wordReason(language, column, value, contribution, answer.unseen?.includes(column)),
          })),
        }),
    version: { number: version.number, sha256: version.sha256 },
    price: price === null ? null : { nanos: price.nanos.toString(), currency: price.currency },
  };
}

/** The JSON of every decision as `showDecision` has it. An answer without reasons is its stored text, not written a second time. */
export function renderReply(answers: readonly StoredAnswer[], remaining: number | null, language: Language): string {
  let text = '{"decisions":[';
  for (let index = 0; index < answers.length; index++) {
    const stored = answers[index] as StoredAnswer;
    if (index > 0) text += ",";
    text += stored.answer.reasons === undefined ? withoutReasons(stored) : JSON.stringify(showDecision(stored, language));
  }
  return `${text}],"remaining":${remaining}}`;
}

function withoutReasons({ id, reference, answerText, version, price }: StoredAnswer): string {
  const head = `{"id":"${idFromUuid("decision", id)}","reference":${reference === null ? "null" : JSON.stringify(reference)},`;
  const paid = price === null ? "null" : `{"nanos":"${price.nanos}","currency":"${price.currency}"}`;
  return `${head}${answerText.slice(1, -1)},"version":{"number":${version.number},"sha256":"${version.sha256}"},"price":${paid}}`;
}
