/**
 * An unknown name as a problem that says what was meant and what there is: one near candidate before the list, the list kept short.
 *
 * Near is the same but for case, spaces, `_` and `-`; or a few letters away, by Levenshtein's distance; or a beginning of it.
 * Two candidates that are equally near are no answer.
 */
import { distance } from "fastest-levenshtein";
import type { Problem } from "./errors.ts";
import type { MessageValues, Wording } from "./messages/translate.ts";
import { type ProblemWord, problem } from "./problems.ts";

/** Words that have the values name, meant and right. */
type UnknownWord = Extract<ProblemWord, "tableNoColumn" | "fileNoColumn" | "modelNoColumn" | "modelNoNumericColumn">;

const hintedProblems = 20;
/** So many names are compared for one call at most: the longest cost 2 µs each. */
const comparedNames = 20_000;
const namesShown = 8;
/** Longer names are not compared: the cost of a distance grows with both lengths. */
const comparedLength = 64;
const farthest = 3;
const beginningLength = 4;

/**
 * @param name as it was sent; shown cut to 100 characters. @param candidates what would have been right.
 * @param told how many problems come before: a near name is looked for in the first twenty, in fewer where
 * candidates are thousands, as it costs a pass over all of them.
 */
export function unknownName(
  path: string,
  code: string,
  word: UnknownWord,
  name: string,
  candidates: readonly string[],
  told: number,
): Problem {
  const hint =
    told < Math.min(hintedProblems, comparedNames / candidates.length) ? hintOf(name, candidates) : { meant: "", right: oneOf(candidates) };
  return problem(path, code, word, { name: name.slice(0, 100), ...hint });
}

/** `meant` asks for the near candidate, empty without one; `right` lists what there is. */
export function hintOf(
  name: string,
  candidates: readonly string[],
): { readonly meant: string | Wording; readonly right: string | Wording } {
  return { meant: askFor(nearName(name, candidates)), right: oneOf(candidates) };
}

/** " Did you mean …?" after a message, empty without a candidate. */
export function askFor(near: string | undefined): string | Wording {
  return near === undefined ? "" : { key: "hint.meant", values: { near } };
}

/** The one candidate that is near a name, or undefined. Cost: a distance for each candidate of about the same length. */
export function nearName(name: string, candidates: readonly string[]): string | undefined {
  if (name.length > comparedLength) return undefined;
  const asked = folded(name);
  const most = Math.min(farthest, Math.floor(asked.length / 3));
  let least = most + 1;
  let nearest: string[] = [];
  const longer: string[] = [];
  for (const candidate of candidates) {
    if (candidate.length > comparedLength) continue;
    const text = folded(candidate);
    if (asked.length >= beginningLength && text.startsWith(asked)) longer.push(candidate);
    if (Math.abs(text.length - asked.length) > Math.min(least, most)) continue;
    const apart = distance(asked, text);
    if (apart > most || apart > least) continue;
    if (apart < least) nearest = [];
    least = apart;
    nearest.push(candidate);
  }
  const found = nearest.length > 0 ? nearest : longer;
  return found.length === 1 ? found[0] : undefined;
}

/** "one of a, b, c", of many the first few and how many more; of one its name. */
function oneOf(names: readonly string[]): string | Wording {
  if (names.length === 1) return names[0] as string;
  const shown = names.slice(0, namesShown).join(", ");
  const more = names.length - namesShown;
  const list: MessageValues[string] = more > 0 ? { key: "list.more", values: { names: shown, count: more } } : shown;
  return names.length === 0 ? { key: "list.none" } : { key: "list.oneOf", values: { names: list } };
}

function folded(text: string): string {
  return text.toLowerCase().replaceAll(/[\s_-]/g, "");
}
