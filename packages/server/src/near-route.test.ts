import assert from "node:assert/strict";
import { test } from "node:test";
import { type RouteSpec, routes } from "@megalith/contract";
import type { Principal } from "@megalith/platform/foundation";
import { nearRoute } from "./near-route.ts";

const specs: readonly RouteSpec[] = Object.values(routes);
const owner = { kind: "provider", role: "owner" } as Principal;
const customer = { kind: "customer" } as Principal;

test("a path that is no route names the one that was meant: a segment misspelt, the prefix left out, another method", () => {
  const meant = (method: string, path: string) => nearRoute(method, path, specs, owner);
  const decide = "POST /api/v1/services/{service}/decide";
  for (const path of [
    "/api/v1/service/credit-risk/decide",
    "/api/v1/services/credit-risk/decide/",
    "/services/credit-risk/decide",
    "/v1/services/credit-risk/decide",
    "/api/v1/services/credit-risk/descide",
  ])
    assert.equal(meant("POST", path), decide, path);
  assert.equal(meant("GET", "/api/v1/services/credit-risk/decide"), decide);
  assert.equal(meant("GET", "/api/v1/no-such-route"), undefined);
  assert.equal(meant("GET", `/api/v1/${"a".repeat(10_000)}`), undefined);
});

test("a customer is shown no provider's route, and none for a provider's route: it is as if it were not there", () => {
  assert.equal(nearRoute("POST", "/api/v1/service/credit-risk/decide", specs, customer), "POST /api/v1/services/{service}/decide");
  assert.equal(nearRoute("GET", "/api/v1/planz", specs, owner), "GET /api/v1/plans");
  assert.equal(nearRoute("GET", "/api/v1/planz", specs, customer), undefined);
  for (const { access, method, path } of specs)
    if (access.kind === "provider")
      assert.equal(nearRoute(method, path.replaceAll(/\{\w+\}/g, "nothing"), specs, customer), undefined, path);
});
