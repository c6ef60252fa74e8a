/**
 * The contract as an OpenAPI 3.1 document: made from the route tables, so that it cannot say anything else than they do.
 *
 * operationId = the route's name. A schema that a name is given for stands once, under components; the rest is inline.
 * Source: OpenAPI Specification 3.1.1.
 */
import { type ErrorCode, errors } from "./errors.ts";
import { requestExamples } from "./examples.ts";
import { namedSchemas } from "./named-schemas.ts";
import type { Access, RouteSpec } from "./route.ts";

type Json = Record<string, unknown>;

export interface OpenapiDocument {
  readonly openapi: "3.1.1";
  readonly info: Json;
  readonly servers: readonly Json[];
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Json>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>>; readonly securitySchemes: Json };
}

/** Codes that each route can answer beside those it names itself. */
export function errorCodesOf(route: RouteSpec): ErrorCode[] {
  const codes = new Set<ErrorCode>(["server.internal", "server.overloaded", "server.starting"]);
  if (route.access.kind !== "public") codes.add("access.unauthenticated");
  if (route.access.kind === "provider") codes.add("access.role_missing");
  if (route.access.kind === "customer") {
    codes.add("access.scope_missing");
    codes.add("access.role_missing");
  }
  if (route.access.kind !== "public" && route.method !== "GET") codes.add("access.csrf");
  if (route.params !== undefined || route.access.kind === "provider") codes.add("request.not_found");
  if (route.query !== undefined || route.body !== undefined || route.headers !== undefined) codes.add("request.invalid");
  if (route.body !== undefined) codes.add("request.malformed");
  if (route.body !== undefined || route.streamedBody !== undefined) {
    codes.add("request.too_large");
    codes.add("request.unsupported_media");
  }
  for (const code of route.errors ?? []) codes.add(code as ErrorCode);
  return [...codes].sort();
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
      [String(route.status ?? 200)]: writeReply(route, write),
      ...(route.repeatStatus === undefined ? {} : { [String(route.repeatStatus)]: writeReply(route, write) }),
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
    ...(typeof value.description === "string" ? { description: value.description } : {}),
    schema: write(value),
  }));
  return [...own, ...allOf.flatMap((part) => writeParameters(part, place, write))];
}

function writeBody(name: string, route: RouteSpec, write: (schema: unknown) => unknown): Json | undefined {
  if (route.streamedBody !== undefined) {
    const content = Object.fromEntries(route.streamedBody.map((type) => [type, { schema: { type: "string", format: "binary" } }]));
    return { required: true, description: "The file itself, streamed.", content };
  }
  if (route.body === undefined) return undefined;
  const example = requestExamples[name];
  const media = { schema: write(route.body), ...(example === undefined ? {} : { examples: { typical: { value: example } } }) };
  return { required: true, content: { "application/json": media } };
}

function writeReply(route: RouteSpec, write: (schema: unknown) => unknown): Json {
  if (route.responseType !== undefined) {
    const type = route.responseType.split(";")[0] ?? "";
    const text = type.startsWith("text/");
    return {
      description: route.summary,
      content: { [type]: { schema: text ? { type: "string" } : { type: "string", format: "binary" } } },
    };
  }
  if (route.response === undefined) return { description: "Done." };
  return { description: route.summary, content: { "application/json": { schema: write(route.response) } } };
}

function writeErrors(route: RouteSpec): Record<string, Json> {
  const name = route.path.startsWith("/v2") ? "InferenceErrorReply" : "ErrorReply";
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
          content: { "application/json": { schema: { $ref: `#/components/schemas/${name}` } } },
        },
      ]),
  );
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
