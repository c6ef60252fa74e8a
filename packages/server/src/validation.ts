/**
 * Checks the parts of a request against the contract's schemas: all problems at once, each with its path and what would be right.
 *
 * A field that the contract does not name is a problem, so a setting that is accepted is one that is enforced.
 */
import { isCalendarDay, MegalithError, type Problem, type RouteSpec, thing } from "@megalith/contract";
import { Ajv, type ValidateFunction } from "ajv";
import { faultsOf, type Part, toProblem } from "./schema-problems.ts";
import { wholeBodyProblem } from "./whole-body.ts";

const problemLimit = 100;
const options = { allErrors: true, strict: false, useDefaults: true, verbose: true } as const;
const strict = new Ajv(options);
const coercing = new Ajv({ ...options, coerceTypes: true });
for (const ajv of [strict, coercing]) ajv.addFormat("date-time", { type: "string", validate: isTime });

const firstMoment = Date.parse("0001-01-01T00:00:00Z");
const lastMoment = Date.parse("9999-12-31T23:59:59.999Z");

/** ISO 8601 with an offset that the database takes, and a moment that exists in the years 1 to 9999 of UTC. */
export function isTime(text: string): boolean {
  const moment = Date.parse(text);
  const isWritten = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-](?:0\d|1[0-5]):[0-5]\d)$/.test(text);
  return isWritten && isCalendarDay(text) && moment >= firstMoment && moment <= lastMoment;
}

export type Validator = (parts: Record<Part, unknown>) => void;

/**
 * @returns a check that throws MegalithError "request.invalid", or "request.not_found" for a part of the path of the wrong form:
 * nothing has such a name.
 */
export function validatorOf(spec: RouteSpec): Validator {
  const checks: { part: Part; check: ValidateFunction }[] = [];
  if (spec.params !== undefined) checks.push({ part: "params", check: coercing.compile(spec.params) });
  if (spec.query !== undefined) checks.push({ part: "query", check: coercing.compile(closed(spec.query)) });
  if (spec.body !== undefined) checks.push({ part: "body", check: strict.compile(closed(spec.body)) });
  if (spec.headers !== undefined) checks.push({ part: "headers", check: coercing.compile(spec.headers) });
  return (parts) => {
    const problems: Problem[] = [];
    let count = 0;
    for (const { part, check } of checks) {
      if (check(parts[part])) continue;
      const faults = faultsOf(check.errors ?? []);
      if (part === "params") throw notFoundPart(faults);
      const whole = part === "body" ? wholeBodyProblem(spec, parts.body) : undefined;
      const told = whole === undefined ? faults : faults.filter(({ instancePath }) => !whole.covers(instancePath));
      if (whole !== undefined) problems.push(whole.problem);
      count += told.length + (whole === undefined ? 0 : 1);
      problems.push(...told.slice(0, problemLimit).map((fault) => toProblem(part, fault)));
    }
    if (count > 0) throw new MegalithError("request.invalid", { values: { count }, problems: problems.slice(0, problemLimit) });
  };
}

/** Nothing has a name of a wrong form: told as a thing that is not there, with the form that is right. */
function notFoundPart(faults: ReturnType<typeof faultsOf>): MegalithError {
  const name = faults[0]?.instancePath.slice(1) ?? "";
  return new MegalithError("request.not_found", {
    wordings: { what: thing(name) },
    problems: faults.map((fault) => toProblem("params", fault)),
  });
}

/** Objects that do not say otherwise refuse fields that they do not name; an intersection is closed as a whole. */
function closed(schema: unknown): Record<string, unknown> {
  const source = schema as Record<string, unknown>;
  if (Array.isArray(source.allOf))
    return { ...source, unevaluatedProperties: undefined, ...mergeObjects(source.allOf as Record<string, unknown>[]) };
  const copy: Record<string, unknown> = { ...source };
  if (copy.type === "object" && copy.properties !== undefined) {
    copy.properties = Object.fromEntries(Object.entries(copy.properties as object).map(([name, value]) => [name, closed(value)]));
    copy.additionalProperties ??= false;
  }
  if (copy.items !== undefined) copy.items = closed(copy.items);
  if (Array.isArray(copy.anyOf)) copy.anyOf = copy.anyOf.map(closed);
  return copy;
}

function mergeObjects(parts: readonly Record<string, unknown>[]): Record<string, unknown> {
  const properties = Object.assign({}, ...parts.map((part) => part.properties ?? {}));
  const required = parts.flatMap((part) => (part.required as string[] | undefined) ?? []);
  return { allOf: undefined, ...closed({ type: "object", properties, required }) };
}

/** Text that PostgreSQL and JSON readers can all keep: no NUL, no half of a surrogate pair. @throws MegalithError "request.malformed". */
export function refuseBadText(value: unknown): void {
  const open: unknown[] = [value];
  while (open.length > 0) {
    const next = open.pop();
    if (typeof next === "string") {
      if (!next.isWellFormed() || next.includes("\0"))
        throw new MegalithError("request.malformed", { wordings: { reason: { key: "reason.text" } } });
    } else if (Array.isArray(next)) for (const item of next) open.push(item);
    else if (typeof next === "object" && next !== null) for (const [name, item] of Object.entries(next)) open.push(name, item);
  }
}
