import assert from "node:assert/strict";
import { test } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import { requestExamples } from "./examples.ts";
import { errors, openapiOf, type RouteSpec, routes } from "./index.ts";
import { errorCodesOf } from "./openapi.ts";

type Json = Record<string, unknown>;

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required: boolean; readonly schema: Json }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Json; readonly examples?: Json }>> };
  readonly responses: Readonly<
    Record<string, { readonly description: string; readonly content?: Readonly<Record<string, { readonly schema: Json }>> }>
  >;
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

test("every schema is one of JSON Schema 2020-12, and every example fits its own", () => {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  ajv.addFormat("date-time", true);
  ajv.addFormat("binary", true);
  ajv.addSchema({ $id: "https://megalith.test/openapi", components: served.components });
  const rooted = (schema: Json): Json => JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"https://megalith.test/openapi#/'));
  for (const [name, route] of all) {
    const operation = operationOf(route);
    const bodies = [operation.requestBody, ...Object.values(operation.responses)].flatMap((part) => Object.values(part?.content ?? {}));
    for (const { schema } of [...bodies, ...(operation.parameters ?? [])]) assert.doesNotThrow(() => ajv.compile(rooted(schema)), name);
    const example = requestExamples[name];
    if (example === undefined) continue;
    const check = ajv.compile(rooted(operation.requestBody?.content["application/json"]?.schema ?? {}));
    assert.ok(check(example), `${name}: ${JSON.stringify(check.errors)}`);
  }
  for (const name of Object.keys(requestExamples)) assert.ok(name in routes, name);
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
