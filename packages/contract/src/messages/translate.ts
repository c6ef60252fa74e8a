/**
 * Keys to words: one catalogue a language, shared by the console, errors, reasons and invoices.
 *
 * An error's key is `error.<code>`; its English is the error catalogue itself, so it is written once.
 */
import { type ErrorCode, errors } from "../errors.ts";
import { english } from "./en.ts";
import { englishCustomers } from "./en-customers.ts";
import { englishDocuments } from "./en-documents.ts";
import { englishProblems } from "./en-problems.ts";
import { englishWizard } from "./en-wizard.ts";
import { chinese } from "./zh-cn.ts";
import { chineseCustomers } from "./zh-cn-customers.ts";
import { chineseDocuments } from "./zh-cn-documents.ts";
import { chineseErrors } from "./zh-cn-errors.ts";
import { chineseProblems } from "./zh-cn-problems.ts";
import { chineseWizard } from "./zh-cn-wizard.ts";

type Catalogue = typeof english & typeof englishCustomers & typeof englishDocuments & typeof englishProblems & typeof englishWizard;
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

/** Text and names of placeholders by turns, cut once: a reply words a reason for every column. */
type Pieces = readonly string[];

const catalogues: Readonly<Record<MessageLanguage, ReadonlyMap<string, Pieces>>> = {
  en: catalogue(
    { ...english, ...englishCustomers, ...englishDocuments, ...englishProblems, ...englishWizard },
    Object.entries(errors).map(([code, { message }]) => [code, message]),
  ),
  "zh-CN": catalogue(
    { ...chinese, ...chineseCustomers, ...chineseDocuments, ...chineseProblems, ...chineseWizard },
    Object.entries(chineseErrors),
  ),
};

function catalogue(words: Readonly<Record<string, string>>, faults: readonly (readonly [string, string])[]): ReadonlyMap<string, Pieces> {
  const all = [...Object.entries(words), ...faults.map(([code, text]) => [`error.${code}`, text] as const)];
  return new Map(all.map(([key, text]) => [key, text.split(/\{(\w+)\}/)]));
}

/** The words of a key with its {placeholders} filled; a placeholder without a value stays visible. */
export function translate(language: MessageLanguage, key: MessageKey, values: MessageValues = {}): string {
  const pieces = catalogues[language].get(key) ?? catalogues.en.get(key);
  if (pieces === undefined) return key;
  let text = pieces[0] as string;
  for (let index = 1; index < pieces.length; index += 2) {
    const name = pieces[index] as string;
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    text += typeof value === "object" ? translate(language, value.key, value.values) : (value ?? `{${name}}`);
    text += pieces[index + 1] as string;
  }
  return text;
}

/** True for a text that is a key, for example one made from a code that came over the wire. */
export function isMessageKey(text: string): text is MessageKey {
  return catalogues.en.has(text);
}

/** All keys of a language, for tests and tools. */
export function messageKeys(language: MessageLanguage): readonly string[] {
  return [...catalogues[language].keys()];
}
