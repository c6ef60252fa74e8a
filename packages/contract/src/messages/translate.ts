/**
 * Keys to words: one catalogue a language, shared by the console, errors, reasons and invoices.
 *
 * An error's key is `error.<code>`; its English is the error catalogue itself, so it is written once.
 */
import { type ErrorCode, errors } from "../errors.ts";
import { english } from "./en.ts";
import { englishDocuments } from "./en-documents.ts";
import { chinese } from "./zh-cn.ts";
import { chineseDocuments } from "./zh-cn-documents.ts";
import { chineseErrors } from "./zh-cn-errors.ts";

export type MessageKey = keyof typeof english | keyof typeof englishDocuments | `error.${ErrorCode}`;
export type MessageValues = Readonly<Record<string, string | number>>;
export const languages = ["en", "zh-CN"] as const;
export type MessageLanguage = (typeof languages)[number];

const catalogues: Readonly<Record<MessageLanguage, ReadonlyMap<string, string>>> = {
  en: new Map([
    ...Object.entries(english),
    ...Object.entries(englishDocuments),
    ...Object.entries(errors).map(([code, { message }]) => [`error.${code}`, message] as const),
  ]),
  "zh-CN": new Map([
    ...Object.entries(chinese),
    ...Object.entries(chineseDocuments),
    ...Object.entries(chineseErrors).map(([code, text]) => [`error.${code}`, text] as const),
  ]),
};

/** The words of a key with its {placeholders} filled; a placeholder without a value stays visible. */
export function translate(language: MessageLanguage, key: MessageKey, values: MessageValues = {}): string {
  return (catalogues[language].get(key) ?? catalogues.en.get(key) ?? key).replace(/\{(\w+)\}/g, (whole, name: string) =>
    String(values[name] ?? whole),
  );
}

/** True for a text that is a key, for example one made from a code that came over the wire. */
export function isMessageKey(text: string): text is MessageKey {
  return catalogues.en.has(text);
}

/** All keys of a language, for tests and tools. */
export function messageKeys(language: MessageLanguage): readonly string[] {
  return [...catalogues[language].keys()];
}
