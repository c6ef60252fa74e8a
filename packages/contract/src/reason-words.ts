/** Reasons in words: stored as data, put in words when read. */
import { type MessageLanguage, translate } from "./messages/translate.ts";

/**
 * One contribution as a sentence, for example "age = 22 raises the score by 0.312".
 * @param isUnseen training never saw this category: it counted as missing.
 */
export function wordReason(
  language: MessageLanguage,
  column: string,
  value: string | number | boolean | null,
  contribution: number,
  isUnseen = false,
): string {
  const known = isUnseen ? "reason.unseen" : "reason.is";
  const what =
    value === null ? translate(language, "reason.missing", { column }) : translate(language, known, { column, value: String(value) });
  const sentence = contribution > 0 ? "reason.raises" : contribution < 0 ? "reason.lowers" : "reason.none";
  return translate(language, sentence, { what, amount: Math.abs(contribution).toPrecision(3) });
}
