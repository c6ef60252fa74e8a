/**
 * Keys to words: one catalogue a language, shared by the console, errors, reasons and invoices.
 *
 * An error's key is `error.<code>`; its English is the error catalogue itself, so it is written once.
 */
import { type ErrorCode, errors } from "../errors.ts";
import { english } from "./en.ts";
import { englishDocuments } from "./en-documents.ts";
import { englishProblems } from "./en-problems.ts";
import { chinese } from "./zh-cn.ts";
import { chineseDocuments } from "./zh-cn-documents.ts";
import { chineseErrors } from "./zh-cn-errors.ts";
import { chineseProblems } from "./zh-cn-problems.ts";

type Catalogue = typeof english & typeof englishDocuments & typeof englishProblems;
export type MessageKey = keyof Catalogue | `error.${ErrorCode}`;
/** A value that is itself put in words, for example the kind of a column. */
export interface Wording {
  readonly key: MessageKey;
  readonly values?: MessageValues;
}
export interface MessageValues {
  readonly [name: string]: string | number | Wording;
}
export const languages = ["en", "zh-CN"] as const;
export type MessageLanguage = (typeof languages)[number];

const catalogues: Readonly<Record<MessageLanguage, ReadonlyMap<string, string>>> = {
  en: new Map([
    ...Object.entries(english),
    ...Object.entries({ ...englishDocuments, ...englishProblems }),
    ...Object.entries(errors).map(([code, { message }]) => [`error.${code}`, message] as const),
  ]),
  "zh-CN": new Map([
    ...Object.entries(chinese),
    ...Object.entries({ ...chineseDocuments, ...chineseProblems }),
    ...Object.entries(chineseErrors).map(([code, text]) => [`error.${code}`, text] as const),
  ]),
};

/** The words of a key with its {placeholders} filled; a placeholder without a value stays visible. */
export function translate(language: MessageLanguage, key: MessageKey, values: MessageValues = {}): string {
  return (catalogues[language].get(key) ?? catalogues.en.get(key) ?? key).replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    return typeof value === "object" ? translate(language, value.key, value.values) : String(value ?? whole);
  });
}

/** True for a text that is a key, for example one made from a code that came over the wire. */
export function isMessageKey(text: string): text is MessageKey {
  return catalogues.en.has(text);
}

/** All keys of a language, for tests and tools. */
export function messageKeys(language: MessageLanguage): readonly string[] {
  return [...catalogues[language].keys()];
}
