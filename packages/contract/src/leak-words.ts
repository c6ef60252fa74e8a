/** What speaks against a column, in words: stored as codes and figures, put in words when it is read. */
import { isMessageKey, type MessageLanguage, type MessageValues, translate } from "./messages/translate.ts";

export interface LeakFacts {
  readonly reason: string;
  readonly evidence: Readonly<Record<string, number | string>>;
}

/** Why the guard looks at a column and what its evidence is, as one sentence. A code that has no words stands as it is. */
export function wordLeak(language: MessageLanguage, { reason, evidence }: LeakFacts): string {
  const why = `leak.${reason}`;
  const told = wordEvidence(language, evidence);
  const separator = language === "zh-CN" ? "：" : ": ";
  const sentence = isMessageKey(why) ? translate(language, why) : reason;
  return told.length === 0 ? sentence : `${sentence}${separator}${told.join(language === "zh-CN" ? "；" : "; ")}`;
}

/** Each piece of evidence in words, figures to three digits after the point. */
export function wordEvidence(language: MessageLanguage, evidence: LeakFacts["evidence"]): readonly string[] {
  return Object.entries(evidence).map(([name, value]) => {
    const key = `evidence.${name}`;
    return isMessageKey(key) ? translate(language, key, { value: figureOrMeaning(language, value) }) : `${name} ${value}`;
  });
}

function figureOrMeaning(language: MessageLanguage, value: number | string): MessageValues[string] {
  if (typeof value === "number") return new Intl.NumberFormat(language, { maximumFractionDigits: 3 }).format(value);
  // A card may come from elsewhere and hold anything.
  const meaning = `nameMeaning.${value}`;
  return isMessageKey(meaning) ? { key: meaning } : String(value);
}
