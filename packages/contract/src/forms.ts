/**
 * Each pattern of the contract in words, so that nobody is shown a regular expression.
 *
 * A test goes through every schema of every route and fails for a pattern that has no words here.
 */
import { type IdKind, idPattern, idPrefixes } from "./identifiers.ts";
import { type MessageKey, translate, type Wording } from "./messages/translate.ts";

export const patterns = {
  name: "^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$",
  day: "^\\d{4}-\\d{2}-\\d{2}$",
  month: "^\\d{4}-(?:0[1-9]|1[0-2])$",
  nanos: "^-?\\d{1,38}$",
  nanosFromZero: "^\\d{1,30}$",
  currency: "^[A-Z]{3}$",
  email: "^[^\\s@]+@[^\\s@]+$",
  /** Eight lines: an invoice has room for no more. */
  address: "^[^\\r\\n]+(?:\\n[^\\r\\n]*){0,7}$",
  versionNumber: "^[1-9][0-9]{0,8}$",
} as const;

type Form = keyof typeof patterns;

const wordings: ReadonlyMap<string, Wording> = new Map([
  ...(Object.keys(patterns) as Form[]).map((form) => [patterns[form], { key: `pattern.${form}` as MessageKey }] as const),
  ...(Object.keys(idPrefixes) as IdKind[]).map((kind) => [idPattern(kind), idWording(kind)] as const),
]);

function idWording(kind: IdKind): Wording {
  return { key: "pattern.id", values: { prefix: `${idPrefixes[kind]}_` } };
}

/** What a text of this pattern is like; undefined for a pattern that is not one of the contract's. */
export function wordPattern(pattern: string): Wording | undefined {
  return wordings.get(pattern);
}

/** Pattern and English words of one form, as a schema wants them. @param more what it is, before the form. */
export function formed(form: Form, more?: string): { readonly pattern: string; readonly description: string } {
  const words = translate("en", `pattern.${form}`);
  return { pattern: patterns[form], description: more === undefined ? sentence(words) : `${more} Written as ${words}.` };
}

/** The same of one kind of id. */
export function formedId(kind: IdKind): { readonly pattern: string; readonly description: string } {
  const { key, values } = idWording(kind);
  return {
    pattern: idPattern(kind),
    description: `Id of one ${translate("en", `thing.${kind}` as MessageKey)}: ${translate("en", key, values)}.`,
  };
}

function sentence(words: string): string {
  return `${words.slice(0, 1).toUpperCase()}${words.slice(1)}.`;
}
