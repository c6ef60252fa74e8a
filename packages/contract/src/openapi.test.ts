import assert from "node:assert/strict";
import { test } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import { exampleValues } from "./error-guide.ts";
import { errors, openapiOf, type RouteSpec, routes } from "./index.ts";
import { errorCodesOf } from "./openapi.ts";

type Json = Record<string, unknown>;

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required: boolean;
  readonly schema: Json;
  readonly example?: unknown;
}

interface Media {
  readonly schema: Json;
  readonly examples?: Readonly<Record<string, { readonly value?: unknown; readonly $ref?: string }>>;
}

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> };
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Readonly<Record<string, Media>> }>>;
  readonly security: readonly Json[];
  readonly tags: readonly string[];
}

const all: readonly [string, RouteSpec][] = Object.entries(routes);
const document_ = openapiOf(routes, { version: "1.2.3" });
// What is served is JSON text: anything that does not survive it is not in the document.
const served = JSON.parse(JSON.stringify(document_)) as typeof document_;

function operationOf(route: RouteSpec): Operation {
  return served.paths[route.path]?.[route.method.toLowerCase()] as unknown as Operation;
}

/** Every object in a tree. */
function* walk(value: unknown): Generator<Json> {
  if (typeof value !== "object" || value === null) return;
  if (!Array.isArray(value)) yield value as Json;
  for (const inner of Object.values(value)) yield* walk(inner);
}

test("names a version of OpenAPI, a title, a version and a licence", () => {
  assert.match(served.openapi, /^3\.1\.\d+$/);
  assert.equal(served.info.title, "Megalith");
  assert.equal(served.info.version, "1.2.3");
  assert.deepEqual(served.info.license, { name: "Apache-2.0", identifier: "Apache-2.0" });
});

test("describes every route once, under its own name", () => {
  const found = Object.values(served.paths).flatMap((item) => Object.values(item).map((operation) => operation.operationId));
  assert.deepEqual([...found].sort(), Object.keys(routes).sort());
  assert.equal(new Set(all.map(([, route]) => `${route.method} ${route.path}`)).size, all.length);
});

test("declares each placeholder of a path once, and none that the path has not", () => {
  for (const [name, route] of all) {
    const placed = [...route.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
    const declared = (operationOf(route).parameters ?? []).filter((parameter) => parameter.in === "path");
    assert.deepEqual(declared.map((parameter) => parameter.name).sort(), placed.sort(), name);
    assert.ok(
      declared.every((parameter) => parameter.required),
      name,
    );
  }
});

test("refers only to components that stand in the document", () => {
  let count = 0;
  for (const { $ref } of walk(served)) {
    if ($ref === undefined) continue;
    count++;
    const target = String($ref)
      .slice(2)
      .split("/")
      .reduce<unknown>((at, part) => (at as Json | undefined)?.[part], served);
    assert.notEqual(target, undefined, String($ref));
  }
  assert.ok(count > all.length);
});

test("says of every closed route how to sign in, by schemes that are defined, and of no open one", () => {
  const schemes = Object.keys(served.components.securitySchemes);
  for (const [name, route] of all) {
    const named = operationOf(route).security.flatMap((requirement) => Object.keys(requirement));
    assert.deepEqual(named, route.access.kind === "public" ? [] : schemes, name);
  }
});

test("says of every operation what a caller should know beside its summary", () => {
  for (const [name, route] of all) {
    const { summary, description } = operationOf(route);
    assert.ok(summary.length > 0 && route.description.length > 10 && route.description !== summary, name);
    assert.ok(description.includes(route.description), name);
  }
});

test("every schema is one of JSON Schema 2020-12; every body and reply has an example, and each example fits its schema", () => {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  ajv.addFormat("date-time", (text: string) => !Number.isNaN(Date.parse(text)));
  ajv.addFormat("binary", true);
  ajv.addSchema({ $id: "https://megalith.test/openapi", components: served.components });
  const rooted = (schema: Json): Json => JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"https://megalith.test/openapi#/'));
  const shown = served.components.examples as Readonly<Record<string, { readonly value: unknown }>>;
  const checks = new Map<string, ReturnType<typeof ajv.compile>>();
  const checkOf = (schema: Json) => {
    const text = JSON.stringify(schema);
    const check = checks.get(text) ?? ajv.compile(rooted(schema));
    checks.set(text, check);
    return check;
  };
  for (const [name, route] of all) {
    const operation = operationOf(route);
    for (const { schema, example, name: parameter } of operation.parameters ?? []) {
      const check = checkOf(schema);
      if (example !== undefined) assert.ok(check(example), `${name} ${parameter}: ${JSON.stringify(check.errors)}`);
    }
    for (const part of [operation.requestBody, ...Object.values(operation.responses)])
      for (const [type, { schema, examples }] of Object.entries(part?.content ?? {})) {
        const check = checkOf(schema);
        const isCode = /^text\/(html|javascript|css)$/.test(type);
        if (type === "application/json" || (type.startsWith("text/") && !isCode)) assert.ok(examples, `${name}: ${type} has no example`);
        for (const one of Object.values(examples ?? {})) {
          const value = one.$ref === undefined ? one.value : shown[one.$ref.split("/").at(-1) as string]?.value;
          assert.ok(check(value), `${name}: ${JSON.stringify(value)} ${JSON.stringify(check.errors)}`);
        }
      }
  }
});

test("what an example of an error says has no placeholder left", () => {
  for (const { message } of Object.values(errors))
    for (const [, name = ""] of message.matchAll(/\{(\w+)\}/g)) assert.ok(name in exampleValues, name);
  const shown = Object.values(served.components.examples as Readonly<Record<string, { readonly value: unknown }>>);
  for (const { value } of shown) assert.doesNotMatch(JSON.stringify(value), /\{\w+\}/);
});

test("lists the error codes of every route with their status, all from the catalogue", () => {
  for (const [name, route] of all) {
    for (const code of errorCodesOf(route)) {
      assert.ok(code in errors, `${name}: ${code} is not in the catalogue`);
      assert.ok(operationOf(route).responses[String(errors[code].status)]?.description.includes(`\`${code}\``), `${name}: ${code}`);
    }
    assert.ok(operationOf(route).responses[String(route.status ?? 200)], name);
  }
});

test("describes uploads as raw bytes of the types that are accepted", () => {
  for (const [name, route] of all) {
    if (route.streamedBody === undefined) continue;
    assert.deepEqual(Object.keys(operationOf(route).requestBody?.content ?? {}), [...route.streamedBody], name);
  }
});

test("sorts every operation under a tag that is listed", () => {
  const tags = served.tags.map((tag) => tag.name);
  for (const [name, route] of all)
    assert.ok(
      operationOf(route).tags.every((tag) => tags.includes(tag)),
      name,
    );
});
