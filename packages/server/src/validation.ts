/**
 * Checks the parts of a request against the contract's schemas: all problems at once, each with its path and what would be right.
 *
 * A field that the contract does not name is a problem, so a setting that is accepted is one that is enforced.
 */
import { MegalithError, type Problem, type ProblemWord, pointerPart, problem, type RouteSpec } from "@megalith/contract";
import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";

export type Part = "params" | "query" | "body" | "headers";

const problemLimit = 100;
const strict = new Ajv({ allErrors: true, strict: false, useDefaults: true });
const coercing = new Ajv({ allErrors: true, strict: false, useDefaults: true, coerceTypes: true });
for (const ajv of [strict, coercing]) ajv.addFormat("date-time", { type: "string", validate: isTime });

/** ISO 8601 with an offset, and a moment that exists. */
export function isTime(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/.test(text) && !Number.isNaN(Date.parse(text));
}

export type Validator = (parts: Record<Part, unknown>) => void;

/** @returns a check that throws MegalithError "request.invalid" (or "request.not_found" for an id in the path of the wrong form). */
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
      if (part === "params") throw new MegalithError("request.not_found");
      count += check.errors?.length ?? 0;
      for (const fault of (check.errors ?? []).slice(0, problemLimit)) problems.push(toProblem(part, fault));
    }
    if (count > 0) throw new MegalithError("request.invalid", { values: { count }, problems: problems.slice(0, problemLimit) });
  };
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

/** The words for what a schema's keyword found wrong; `limit`, `type` and the like are the keyword's own parameters. */
const words: Readonly<Record<string, ProblemWord>> = {
  type: "schemaType",
  enum: "schemaEnum",
  const: "schemaEnum",
  minimum: "schemaLeast",
  exclusiveMinimum: "schemaLeast",
  maximum: "schemaMost",
  exclusiveMaximum: "schemaMost",
  minLength: "schemaShort",
  maxLength: "schemaLong",
  minItems: "schemaFew",
  maxItems: "schemaMany",
  pattern: "schemaPattern",
  format: "schemaTime",
};

interface FaultParameters {
  readonly missingProperty?: string;
  readonly additionalProperty?: string;
  readonly allowedValue?: unknown;
  readonly allowedValues?: unknown;
  readonly limit?: number;
  readonly type?: string | readonly string[];
  readonly pattern?: string;
}

function toProblem(part: Part, fault: ErrorObject): Problem {
  const named = fault.params as FaultParameters;
  const field = named.missingProperty ?? named.additionalProperty;
  const at = `${part === "body" ? "" : `/${part}`}${fault.instancePath}${field === undefined ? "" : `/${pointerPart(field)}`}`;
  const path = at === "" ? "/" : at;
  if (named.missingProperty !== undefined) return problem(path, "required", "missing", { name: named.missingProperty });
  if (named.additionalProperty !== undefined) return problem(path, "unknown", "fieldUnknown", { name: named.additionalProperty });
  const allowed = named.allowedValue ?? named.allowedValues;
  const right = allowed === undefined ? String(named.limit ?? named.type ?? named.pattern ?? fault.message ?? "") : JSON.stringify(allowed);
  return problem(path, fault.keyword, words[fault.keyword] ?? "schema", { path, fault: fault.message ?? "", right });
}

/** Text that PostgreSQL and JSON readers can all keep: no NUL, no half of a surrogate pair. @throws MegalithError "request.malformed". */
export function refuseBadText(value: unknown): void {
  const open: unknown[] = [value];
  while (open.length > 0) {
    const next = open.pop();
    if (typeof next === "string") {
      if (!next.isWellFormed() || next.includes("\0"))
        throw new MegalithError("request.malformed", { values: { reason: "a text holds half a surrogate pair or a NUL" } });
    } else if (Array.isArray(next)) for (const item of next) open.push(item);
    else if (typeof next === "object" && next !== null) for (const [name, item] of Object.entries(next)) open.push(name, item);
  }
}
