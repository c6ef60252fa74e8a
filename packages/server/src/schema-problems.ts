/**
 * What a schema's keywords found wrong, as problems that say what was found and what would be right.
 *
 * A choice of schemas that none fits is one problem: the values or types there are, or what is wrong with the branch that the
 * value was meant for.
 */
import {
  hintOf,
  type MessageValues,
  type Problem,
  type ProblemWord,
  pointerPart,
  problem,
  type Wording,
  wordPattern,
} from "@megalith/contract";
import type { ErrorObject } from "ajv";

export type Part = "params" | "query" | "body" | "headers";

/** As Ajv tells a fault when it is verbose. */
type Fault = ErrorObject & { readonly parentSchema?: Schema; readonly data?: unknown };

interface Schema {
  readonly type?: string | readonly string[];
  readonly pattern?: string;
  readonly format?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
}

interface FaultParameters {
  readonly missingProperty?: string;
  readonly additionalProperty?: string;
  readonly limit?: number;
}

type Words = string | Wording;

/**
 * The faults that a reader should know: of a choice that no branch fits, what is wrong with the branch that was meant, or the choice
 * itself. Ajv tells the faults of the branches right before that of their choice. Cost: O(faults).
 */
export function faultsOf(told: readonly ErrorObject[]): Fault[] {
  const kept: Fault[] = [];
  for (const fault of told as readonly Fault[]) {
    if (fault.keyword === "anyOf") kept.push(...meantBranch(fault, takeInside(kept, fault)));
    else kept.push(fault);
  }
  return kept;
}

/** Takes from the end what belongs to the branches of a choice. */
function takeInside(kept: Fault[], choice: Fault): Fault[] {
  let first = kept.length;
  while (first > 0 && isInside(kept[first - 1] as Fault, choice)) first--;
  return kept.splice(first);
}

function isInside(fault: Fault, choice: Fault): boolean {
  return fault.schemaPath.startsWith(`${choice.schemaPath}/`) && fault.instancePath.startsWith(choice.instancePath);
}

function meantBranch(choice: Fault, inside: readonly Fault[]): readonly Fault[] {
  const branches = Map.groupBy(inside, ({ schemaPath }) => schemaPath.slice(choice.schemaPath.length + 1).split("/", 1)[0]);
  const meant = [...branches.values()].filter((own) => !own.some((fault) => isOtherKind(fault, choice.instancePath)));
  return meant.toSorted((a, b) => a.length - b.length)[0] ?? [choice];
}

/** True for a fault that says that the value is no attempt at the branch: another type, another constant. */
function isOtherKind({ keyword, instancePath }: Fault, at: string): boolean {
  return instancePath === at && ["type", "const", "enum", "anyOf"].includes(keyword);
}

/** @param part where the fault's path begins; the body's begins at the root. */
export function toProblem(part: Part, fault: Fault): Problem {
  const { missingProperty, additionalProperty, limit = 0 } = fault.params as FaultParameters;
  const field = missingProperty ?? additionalProperty;
  const inPart = `${fault.instancePath}${field === undefined ? "" : `/${pointerPart(field)}`}`;
  const path = `${part === "body" ? "" : `/${part}`}${inPart}` || "/";
  const name = spoken(inPart);
  const schema = fault.parentSchema ?? {};
  const told = (word: ProblemWord, right: Words | number, more: MessageValues = {}): Problem =>
    problem(path, codeOf(fault), word, {
      name,
      found: describeFound(fault.data),
      right,
      ...more,
    });
  switch (fault.keyword) {
    case "required":
      return problem(path, "required", "fieldMissing", { name, right: rightOf(schema.properties?.[missingProperty ?? ""]) });
    case "additionalProperties":
      return problem(path, "unknown", "fieldUnknown", { name, ...hintOf(additionalProperty ?? "", Object.keys(schema.properties ?? {})) });
    case "anyOf":
    case "const":
    case "enum":
      return told("schemaValue", rightOf(schema), { meant: meantValue(fault.data, schema) });
    case "minimum":
      return told("schemaLeast", limit);
    case "exclusiveMinimum":
      return told("schemaAbove", limit);
    case "maximum":
      return told("schemaMost", limit);
    case "exclusiveMaximum":
      return told("schemaBelow", limit);
    case "minLength":
      return told("schemaShort", limit, { size: [...String(fault.data)].length });
    case "maxLength":
      return told("schemaLong", limit, { size: [...String(fault.data)].length });
    case "minItems":
      return told("schemaFew", limit, { size: (fault.data as unknown[]).length });
    case "maxItems":
      return told("schemaMany", limit, { size: (fault.data as unknown[]).length });
    case "uniqueItems":
      return told("schemaTwice", "");
    case "format":
      return told("schemaTime", "");
    case "type":
      return told("schemaType", rightOf(schema));
    case "pattern":
      return told("schemaPattern", rightOf(schema));
    default:
      return told("schema", fault.message ?? "", { fault: fault.message ?? "" });
  }
}

/** One code for all ways to say that a value is none of those there are, and one for all to say that its type is wrong. */
function codeOf({ keyword, parentSchema = {} }: Fault): string {
  if (keyword === "const") return "enum";
  if (keyword === "anyOf") return valuesOf(parentSchema).length > 0 ? "enum" : "type";
  return keyword;
}

function valuesOf(schema: Schema): unknown[] {
  return [schema, ...(schema.anyOf ?? [])].flatMap((one) => one.enum ?? (one.const === undefined ? [] : [one.const]));
}

/** A pointer as people write it: `/prices/tiers/0/upTo` is prices.tiers[0].upTo; the whole is the body. */
function spoken(pointer: string): Words {
  if (pointer === "") return { key: "thing.body" };
  const parts = pointer
    .slice(1)
    .split("/")
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~").slice(0, 100));
  return parts.map((part, index) => (/^\d+$/.test(part) && index > 0 ? `[${part}]` : index === 0 ? part : `.${part}`)).join("");
}

/** What a value is, in few words. */
function describeFound(value: unknown): Words {
  if (typeof value === "string") return { key: "found.text", values: { text: JSON.stringify(value.slice(0, 60)) } };
  if (typeof value === "number") return { key: "found.number", values: { text: String(value) } };
  if (Array.isArray(value)) return { key: "found.list" };
  if (typeof value === "object" && value !== null) return { key: "found.object" };
  return { key: "found.other", values: { text: String(value) } };
}

/** What a schema wants, in few words. */
function rightOf(schema: Schema | undefined): Words {
  const words = [...new Map(wantsOf(schema ?? {}).map((one) => [JSON.stringify(one), one])).values()];
  return words.reduceRight<Words | undefined>((rest, first, index) => {
    if (rest === undefined) return first;
    return { key: index === words.length - 2 ? "list.or" : "list.comma", values: { first, rest } };
  }, undefined) as Words;
}

function wantsOf({ anyOf, enum: values, const: value, pattern, format, type }: Schema): Words[] {
  if (anyOf !== undefined) return anyOf.flatMap(wantsOf);
  if (values !== undefined) return values.map((one) => JSON.stringify(one));
  if (value !== undefined) return [JSON.stringify(value)];
  if (pattern !== undefined) return [wordPattern(pattern) ?? { key: "jsonType.string" }];
  if (format === "date-time") return [{ key: "jsonType.time" }];
  const types = typeof type === "string" ? [type] : (type ?? ["any"]);
  return types.map((one) => ({ key: `jsonType.${one}` as Wording["key"] }));
}

/** The value that was meant by a text near it. */
function meantValue(found: unknown, schema: Schema): Words {
  if (typeof found !== "string") return "";
  const texts = valuesOf(schema).filter((one) => typeof one === "string");
  return hintOf(found, texts).meant;
}
