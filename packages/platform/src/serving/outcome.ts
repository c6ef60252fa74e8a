/** What a label may say: an outcome that the service's target can have. */
import { type Problem, problem } from "@megalith/contract";

export type Outcome = string | number | boolean;

/** The target of a version; of a binary one `classes` are negative, positive. */
export interface OutcomeTarget {
  readonly task: "binary" | "multiclass" | "regression";
  readonly target: string;
  readonly classes: readonly string[];
}

/** No and yes, as every caller writes them; yes is the positive class. */
const noAndYes = ["0", "1", "false", "true"] as const;
const shownClasses = 12;
const shownCharacters = 60;

/** @returns what is wrong with the value, at `path`; undefined when the target can have it. */
export function problemOfOutcome(value: Outcome, of: OutcomeTarget, path: string): Problem | undefined {
  const found = JSON.stringify(typeof value === "string" ? value.slice(0, shownCharacters) : value);
  if (of.task === "regression")
    return typeof value === "number" && Number.isFinite(value)
      ? undefined
      : problem(path, "value", "labelNumber", { found, target: of.target });
  const right = [...of.classes, ...(takesNoAndYes(of) ? noAndYes : [])];
  if (right.includes(String(value))) return undefined;
  const names = [...new Set(right)];
  const shown = `${names.slice(0, shownClasses).join(", ")}${names.length > shownClasses ? ", …" : ""}`;
  return problem(path, "value", "labelClass", { found, target: of.target, names: shown });
}

/** Not where 1 may be either the class of that name or yes: of the classes 1 and 2. */
function takesNoAndYes({ task, classes }: OutcomeTarget): boolean {
  if (task !== "binary") return false;
  const alike = classes.filter((name) => (noAndYes as readonly string[]).includes(name));
  return alike.length === 0 || alike.length === classes.length;
}
