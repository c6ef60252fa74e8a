/**
 * The contract as an OpenAPI 3.1 document: made from the route tables, so that it cannot say anything else than they do.
 *
 * operationId = the route's name. A schema that a name is given for stands once, under components; the rest is inline.
 * Source: OpenAPI Specification 3.1.1.
 */
import { type ErrorSchema, errorExample, errorExampleName } from "./error-examples.ts";
import { type ErrorCode, errors } from "./errors.ts";
import { examples, parameterExample } from "./examples/index.ts";
import { namedSchemas } from "./named-schemas.ts";
import type { Access, RouteSpec } from "./route.ts";

type Json = Record<string, unknown>;

export interface OpenapiDocument {
  readonly openapi: "3.1.1";
  readonly info: Json;
  readonly servers: readonly Json[];
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Json>>>>;
  readonly components: { readonly schemas: Json; readonly examples: Json; readonly securitySchemes: Json };
}

/** Codes that each route can answer beside those it names itself. */
export function errorCodesOf(route: RouteSpec): ErrorCode[] {
  const codes = new Set<ErrorCode>(["request.malformed", "server.internal", "server.overloaded", "server.starting"]);
  if (route.access.kind !== "public") codes.add("access.unauthenticated");
  if (route.access.kind === "customer" || route.access.kind === "known") codes.add("accounts.customer_suspended");
  if (route.access.kind === "provider") {
    codes.add("access.role_missing");
    codes.add("request.no_such_route");
  }
  if (route.access.kind === "customer") {
    codes.add("access.scope_missing");
    codes.add("access.role_missing");
  }
  if (route.access.kind !== "public" && route.method !== "GET") codes.add("access.csrf");
  if (route.params !== undefined || namesCustomer(route)) codes.add("request.not_found");
  if (route.query !== undefined || route.body !== undefined || route.headers !== undefined) codes.add("request.invalid");
  if (route.method !== "GET") {
    codes.add("request.too_large");
    codes.add("request.unsupported_media");
    codes.add("server.storage_full");
  }
  for (const code of route.errors ?? []) codes.add(code as ErrorCode);
  return [...codes].sort();
}

function namesCustomer({ query, body }: RouteSpec): boolean {
  return [query, body].some((part) => Object.hasOwn((part as ObjectSchema | undefined)?.properties ?? {}, "customer"));
}

/** Who may call, in words. */
export function accessWords(access: Access): string {
  switch (access.kind) {
    case "public":
      return "anybody";
    case "known":
      return "anybody with a key or a session";
    case "provider":
      return `a member of the provider, ${access.role} or above`;
    case "customer":
      return `a customer with the scope ${access.scope}, for its own things; a member of the provider, ${access.role} or above`;
  }
}

export function openapiOf(
  routes: Readonly<Record<string, RouteSpec>>,
  { title = "Megalith", version }: { readonly title?: string; readonly version: string },
): OpenapiDocument {
  const references = new Map<object, string>(Object.entries(namedSchemas).map(([name, schema]) => [schema, name]));
  const write = (schema: unknown): unknown => writeSchema(schema, references);
  const paths: Record<string, Record<string, Json>> = {};
  for (const [name, route] of Object.entries(routes)) {
    const path = paths[route.path] ?? {};
    path[route.method.toLowerCase()] = writeOperation(name, route, write);
    paths[route.path] = path;
  }
  const tags = [...new Set(Object.values(routes).map((route) => route.tag))];
  return {
    openapi: "3.1.1",
    info: {
      title,
      summary: "Massive models as a service: tables become services that answer, explain, meter and bill.",
      version,
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/" }],
    tags: tags.map((name) => ({ name })),
    paths,
    components: {
      schemas: Object.fromEntries([...references].map(([schema, name]) => [name, writeInside(schema, references)])),
      examples: errorExamplesOf(Object.values(routes)),
      securitySchemes: {
        key: { type: "http", scheme: "bearer", description: "A customer's key (mgl_…) or the admin key." },
        session: {
          type: "apiKey",
          in: "cookie",
          name: "megalith_session",
          description: "A member's or a customer's session, from sign-in.",
        },
      },
    },
  };
}

function writeOperation(name: string, route: RouteSpec, write: (schema: unknown) => unknown): Json {
  const words = [route.description, `Who may call: ${accessWords(route.access)}.`].filter((text) => text !== undefined);
  const parameters = [
    ...writeParameters(route.params, "path", write),
    ...writeParameters(route.query, "query", write),
    ...writeParameters(route.headers, "header", write),
  ];
  const body = writeBody(name, route, write);
  return {
    operationId: name,
    tags: [route.tag],
    summary: route.summary,
    description: words.join("\n\n"),
    security: route.access.kind === "public" ? [] : [{ key: [] }, { session: [] }],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined ? {} : { requestBody: body }),
    responses: {
      [String(route.status ?? 200)]: writeReply(name, route, write),
      ...(route.repeatStatus === undefined ? {} : { [String(route.repeatStatus)]: writeReply(name, route, write) }),
      ...writeErrors(route),
    },
    "x-access": route.access,
  };
}

interface ObjectSchema {
  readonly properties?: Readonly<Record<string, Json>>;
  readonly required?: readonly string[];
  readonly allOf?: readonly ObjectSchema[];
}

function writeParameters(schema: unknown, place: "path" | "query" | "header", write: (schema: unknown) => unknown): Json[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [], allOf = [] } = schema as ObjectSchema;
  const own = Object.entries(properties).map(([name, value]) => ({
    name,
    in: place,
    required: place === "path" || required.includes(name),
    ...parameterExample(name, value),
    ...(typeof value.description === "string" ? { description: value.description } : {}),
    schema: write(value),
  }));
  return [...own, ...allOf.flatMap((part) => writeParameters(part, place, write))];
}

function writeBody(name: string, route: RouteSpec, write: (schema: unknown) => unknown): Json | undefined {
  if (route.streamedBody !== undefined) {
    const { request } = examples[name] ?? {};
    const shown = (type: string): Json => (type.startsWith("text/") ? typical(request) : {});
    const content = Object.fromEntries(
      route.streamedBody.map((type) => [type, { schema: { type: "string", format: "binary" }, ...shown(type) }]),
    );
    return { required: true, description: "The file itself, streamed.", content };
  }
  if (route.body === undefined) return undefined;
  return { required: true, content: { "application/json": { schema: write(route.body), ...typical(examples[name]?.request) } } };
}

function typical(value: unknown): Json {
  return value === undefined ? {} : { examples: { typical: { value } } };
}

function writeReply(name: string, route: RouteSpec, write: (schema: unknown) => unknown): Json {
  if (route.responseType !== undefined) {
    const type = route.responseType.split(";")[0] ?? "";
    const text = type.startsWith("text/");
    return {
      description: route.summary,
      content: { [type]: { schema: text ? { type: "string" } : { type: "string", format: "binary" }, ...typical(examples[name]?.reply) } },
    };
  }
  if (route.response === undefined) return { description: "Done." };
  return {
    description: route.summary,
    content: { "application/json": { schema: write(route.response), ...typical(examples[name]?.reply) } },
  };
}

function writeErrors(route: RouteSpec): Record<string, Json> {
  const name = errorSchemaOf(route);
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of errorCodesOf(route)) {
    const { status } = errors[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus]
      .sort(([a], [b]) => a - b)
      .map(([status, codes]) => [
        String(status),
        {
          description: codes.map((code) => `\`${code}\`: ${errors[code].message}`).join("\n\n"),
          content: {
            "application/json": {
              schema: { $ref: `#/components/schemas/${name}` },
              examples: Object.fromEntries(codes.map((code) => [code, { $ref: `#/components/examples/${errorExampleName(name, code)}` }])),
            },
          },
        },
      ]),
  );
}

function errorSchemaOf({ path }: RouteSpec): ErrorSchema {
  return path.startsWith("/v2") ? "InferenceErrorReply" : "ErrorReply";
}

/** Of each code that a route can answer, once. */
function errorExamplesOf(routes: readonly RouteSpec[]): Json {
  const named = routes.flatMap((route) => errorCodesOf(route).map((code) => [errorSchemaOf(route), code] as const));
  return Object.fromEntries(named.map(([schema, code]) => [errorExampleName(schema, code), errorExample(schema, code)]));
}

/** A copy in which named schemas are references. */
function writeSchema(schema: unknown, references: ReadonlyMap<object, string>): unknown {
  if (typeof schema !== "object" || schema === null) return schema;
  const name = references.get(schema);
  return name === undefined ? writeInside(schema, references) : { $ref: `#/components/schemas/${name}` };
}

function writeInside(schema: object, references: ReadonlyMap<object, string>): unknown {
  if (Array.isArray(schema)) return schema.map((item) => writeSchema(item, references));
  return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, writeSchema(value, references)]));
}
