/** The reference page: three small files of our own that read /openapi.json; the policy lets nothing else run. */
import { readFileSync } from "node:fs";
import { operationsRoutes } from "@megalith/contract";
import { type BoundRoute, bindRoute, type Call } from "../route.ts";

const folder = new URL("./reference/", import.meta.url);
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

function load(file: string): string {
  return readFileSync(new URL(file, folder), "utf8");
}

function guard(call: Pick<Call<never>, "setHeader">): void {
  call.setHeader("content-security-policy", policy);
  call.setHeader("x-content-type-options", "nosniff");
  call.setHeader("referrer-policy", "no-referrer");
  call.setHeader("cache-control", "no-cache");
}

export function referencePage(): BoundRoute[] {
  const [page, script, style] = [load("page.html"), load("page.js"), load("page.css")];
  return [
    bindRoute(operationsRoutes.readReferencePage, async (call) => {
      guard(call);
      return page;
    }),
    bindRoute(operationsRoutes.readReferenceScript, async (call) => {
      guard(call);
      return script;
    }),
    bindRoute(operationsRoutes.readReferenceStyle, async (call) => {
      guard(call);
      return style;
    }),
  ];
}
