/** Every error that a system test meets must be one that its operation declares: the reference lists what the server answers. */
import assert from "node:assert/strict";
import { errorCodesOf, type RouteSpec, routes } from "../packages/contract/src/index.ts";

const specs: readonly RouteSpec[] = Object.values(routes);

/** @throws AssertionError for a code that no operation of this method and path lists. A path that is no operation has none. */
export function assertDeclared(method: string, path: string, { status, body }: { readonly status: number; readonly body: unknown }): void {
  const code = (body as { error?: { code?: unknown } } | undefined)?.error?.code;
  if (status < 400 || typeof code !== "string") return;
  const parts = path.split("?", 1)[0]?.split("/") ?? [];
  const asked = specs.filter((spec) => spec.method === method && isOf(spec.path.split("/"), parts));
  if (asked.length === 0) return;
  const declared = asked.some((spec) => (errorCodesOf(spec) as string[]).includes(code));
  assert.ok(declared, `${method} ${path} answers ${code}, which its operation does not list under errors`);
}

function isOf(template: readonly string[], parts: readonly string[]): boolean {
  return template.length === parts.length && template.every((one, index) => one === parts[index] || one.startsWith("{"));
}
