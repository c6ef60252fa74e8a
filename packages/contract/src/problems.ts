/**
 * One thing that is wrong with an input, as data: which word of the catalogue, with which values. Put in words when it is read.
 *
 * `message` and `expected` are the English of it, for logs, the command line and callers that ask for no language.
 */
import type { Problem } from "./errors.ts";
import { isMessageKey, type MessageKey, type MessageLanguage, type MessageValues, translate, type Wording } from "./messages/translate.ts";

export type ProblemWord = Extract<MessageKey, `problem.${string}`> extends `problem.${infer Word}` ? Word : never;

/** @param path a JSON pointer into the request. @param code what programs branch on; several words may share one. */
export function problem(path: string, code: string, word: ProblemWord, values: MessageValues = {}): Problem {
  return { path, code, word, values, ...inWords("en", word, values) };
}

/** The same problem in another language; one that was kept without its word stays as it was written. */
export function wordProblem(
  language: MessageLanguage,
  { word, values, ...told }: Problem,
): Pick<Problem, "path" | "code" | "message" | "expected"> {
  return word === undefined || !isMessageKey(`problem.${word}`) ? told : { ...told, ...inWords(language, word, values ?? {}) };
}

function inWords(language: MessageLanguage, word: string, values: MessageValues): { message: string; expected?: string } {
  const message = translate(language, `problem.${word}` as MessageKey, values);
  const right = `expected.${word}`;
  return isMessageKey(right) ? { message, expected: translate(language, right, values) } : { message };
}

/** What a parameter of a path names, in words: a service, a customer; else a thing. */
export function thing(parameter: string): Wording {
  const key = `thing.${parameter === "number" ? "version" : parameter}`;
  return { key: isMessageKey(key) ? key : "thing.thing" };
}

/** A name as one part of a JSON pointer. Source: RFC 6901, section 3. */
export function pointerPart(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}
