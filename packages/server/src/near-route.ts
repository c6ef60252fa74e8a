/**
 * The route that a path which is none may have meant: a segment misspelt, the prefix left out, another method.
 *
 * A customer is shown routes that it may call, of its own method: to it a provider's route is as if it were not there.
 */
import { nearName, type RouteSpec } from "@megalith/contract";
import type { Principal } from "@megalith/platform/foundation";

const prefix = "/api/v1";
const longestPath = 300;

/** @returns method and path as the reference writes them, or undefined when none or more than one is near. */
export function nearRoute(method: string, path: string, specs: readonly RouteSpec[], principal: Principal): string | undefined {
  if (path.length > longestPath) return undefined;
  const isCustomer = principal.kind === "customer";
  const ofMethod = isCustomer ? specs.filter((spec) => spec.method === method) : specs;
  const asked = path.replace(/\/+$/, "");
  for (const one of [asked, `${prefix}${asked}`, asked.replace(/^\/(?:api|v1)(?=\/)/, prefix)]) {
    const found = nearest(method, one.split("/"), ofMethod);
    if (found !== undefined) return isCustomer && found.access.kind === "provider" ? undefined : `${found.method} ${found.path}`;
  }
  return undefined;
}

function nearest(method: string, parts: readonly string[], specs: readonly RouteSpec[]): RouteSpec | undefined {
  const all = specs.flatMap((spec) => {
    const apart = distanceOf(parts, spec.path.split("/"));
    return apart === undefined ? [] : [{ spec, apart: apart * 2 + Number(spec.method !== method) }];
  });
  const least = Math.min(...all.map(({ apart }) => apart));
  const found = all.filter(({ apart }) => apart === least);
  return found.length === 1 ? found[0]?.spec : undefined;
}

/** How many segments are misspelt; undefined when one is another word, or their number differs. */
function distanceOf(parts: readonly string[], template: readonly string[]): number | undefined {
  if (parts.length !== template.length) return undefined;
  let apart = 0;
  for (const [index, segment] of template.entries()) {
    const part = parts[index] as string;
    if (part === segment || (segment.startsWith("{") && part !== "")) continue;
    if (segment.startsWith("{") || nearName(part, [segment]) === undefined) return undefined;
    apart++;
  }
  return apart;
}
