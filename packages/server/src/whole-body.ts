/**
 * A body that is wrong as a whole: empty, a list, or the fields of a record beside `record`. One problem that shows the shape,
 * instead of one for each field.
 */
import { nearName, type Problem, problem, type RouteSpec } from "@megalith/contract";

interface WholeProblem {
  readonly problem: Problem;
  /** Whether a fault at this path is said by the problem already. */
  readonly covers: (instancePath: string) => boolean;
}

interface ObjectSchema {
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly required?: readonly string[];
}

const everything = (): boolean => true;
/** So many of the fields that were sent are shown inside. */
const fieldsShown = 2;

/** @returns undefined for a body whose fields are each right or wrong by themselves. */
export function wholeBodyProblem(spec: RouteSpec, body: unknown): WholeProblem | undefined {
  const { holder } = spec;
  const { properties = {}, required = [] } = spec.body as ObjectSchema;
  if (Array.isArray(body)) {
    const right = holder === undefined ? { key: "jsonType.object" as const } : manyShape(holder);
    return { problem: problem("/", "type", "bodyList", { right }), covers: everything };
  }
  if (typeof body !== "object" || body === null) return undefined;
  const names = Object.keys(body);
  if (names.length === 0 && required.length > 0)
    return { problem: problem("/", "required", "bodyEmpty", { right: required.join(", ") }), covers: everything };
  return holder === undefined ? undefined : wrongHolder(holder, body as Readonly<Record<string, unknown>>, properties);
}

type Holder = NonNullable<RouteSpec["holder"]>;

function wrongHolder(
  holder: Holder,
  body: Readonly<Record<string, unknown>>,
  properties: Readonly<Record<string, unknown>>,
): WholeProblem | undefined {
  const { one, many } = holder;
  if (Array.isArray(body[one])) return misheld(one, { key: "found.list" }, manyShape(holder));
  if (typeof body[many] === "object" && body[many] !== null && !Array.isArray(body[many]))
    return misheld(many, { key: "found.object" }, `{"${one}": {…}}, ${manyShape(holder)}`);
  if (body[one] !== undefined || body[many] !== undefined) return undefined;
  const strays = Object.keys(body).filter((name) => !Object.hasOwn(properties, name));
  if (strays.length === 0 || strays.some((name) => nearName(name, Object.keys(properties)) !== undefined)) return undefined;
  const shown = strays.slice(0, fieldsShown).map((name) => `${JSON.stringify(name.slice(0, 60))}: …`);
  const right = `{"${one}": {${shown.join(", ")}${strays.length > fieldsShown ? ", …" : ""}}}`;
  return { problem: problem("/", "unknown", "fieldsInside", { inside: one, right }), covers: (path) => path === "" };
}

function misheld(name: string, found: { readonly key: "found.list" | "found.object" }, right: string): WholeProblem {
  const path = `/${name}`;
  return {
    problem: problem(path, "type", "wrongHolder", { name, found, right }),
    covers: (at) => at === path || at.startsWith(`${path}/`),
  };
}

function manyShape({ many }: Holder): string {
  return `{"${many}": [{…}, …]}`;
}
