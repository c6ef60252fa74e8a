/** What an operator asks a server: is it alive, is it ready, what does it offer, how is it doing. */
import { Type } from "typebox";
import { defineRoute } from "./route.ts";

export const metricsMedia = "text/plain; version=0.0.4; charset=utf-8";

export const operationsRoutes = {
  readLiveness: defineRoute({
    method: "GET",
    path: "/v2/health/live",
    summary: "200 while the process lives.",
    description: "Says nothing of the database: restart the process only when this fails.",
    tag: "operations",
    access: { kind: "public" },
    response: Type.Object({ live: Type.Boolean() }),
  }),
  readReadiness: defineRoute({
    method: "GET",
    path: "/v2/health/ready",
    summary: "200 when calls are answered, 503 while the server starts or stops, or its database does not answer.",
    description: "Send calls only while this answers 200.",
    tag: "operations",
    access: { kind: "public" },
    response: Type.Object({ ready: Type.Boolean() }),
    errors: ["server.starting"],
  }),
  readOpenapi: defineRoute({
    method: "GET",
    path: "/openapi.json",
    summary: "This API as an OpenAPI 3.1 document.",
    description: "Made from the tables that the server validates by, so it says what the server does.",
    tag: "operations",
    access: { kind: "public" },
    response: Type.Object({ openapi: Type.String() }, { additionalProperties: true }),
  }),
  readReferencePage: defineRoute({
    method: "GET",
    path: "/docs",
    summary: "The reference page of this API.",
    description: "It reads `/openapi.json` and loads nothing from elsewhere.",
    tag: "operations",
    access: { kind: "public" },
    responseType: "text/html; charset=utf-8",
  }),
  readReferenceScript: defineRoute({
    method: "GET",
    path: "/docs/page.js",
    summary: "The reference page's script.",
    description: "Needed by `/docs` alone.",
    tag: "operations",
    access: { kind: "public" },
    responseType: "text/javascript; charset=utf-8",
  }),
  readReferenceStyle: defineRoute({
    method: "GET",
    path: "/docs/page.css",
    summary: "The reference page's style.",
    description: "Needed by `/docs` alone.",
    tag: "operations",
    access: { kind: "public" },
    responseType: "text/css; charset=utf-8",
  }),
  readMetrics: defineRoute({
    method: "GET",
    path: "/metrics",
    summary: "Figures for Prometheus; never names of customers.",
    description: "Needs the admin key as a bearer. MEGALITH_METRICS_HOST serves the same without a key on an address of its own.",
    tag: "operations",
    access: { kind: "provider", role: "owner" },
    responseType: metricsMedia,
  }),
} as const;
