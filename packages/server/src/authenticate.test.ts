import assert from "node:assert/strict";
import { test } from "node:test";
import type { KeyService, SignInService } from "@megalith/platform/accounts";
import type { CustomerPrincipal, ProviderPrincipal } from "@megalith/platform/foundation";
import { authenticator, authorise, missingScope } from "./authenticate.ts";
import { sessionCookie } from "./session-cookie.ts";

const organisation = "o";
const owner: ProviderPrincipal = {
  kind: "provider",
  organisation,
  actor: { kind: "admin", id: null, name: "admin key" },
  role: "owner",
  memberId: null,
};
const member: ProviderPrincipal = { ...owner, actor: { kind: "member", id: null, name: "M" }, role: "analyst", memberId: "m" };
const customer: CustomerPrincipal = {
  kind: "customer",
  organisation,
  actor: { kind: "key", id: null, name: "K" },
  customerId: "c",
  keyId: "k",
  scopes: ["read"],
  serviceIds: null,
};

const authenticate = authenticator({
  isAdminKey: (text) => text === "mgladm_right",
  keys: { authenticate: async (text: string) => (text === "mgl_right" ? customer : null) } as KeyService,
  signIn: { admin: () => owner, bySession: async (text: string) => (text === "mglses_right" ? member : null) } as SignInService,
});
const cookie = "other=1; megalith_session=mglses_right";
const host = "megalith.example:8080";

test("a bearer is the admin or a customer's key, and anything else is nobody, even with a good cookie", async () => {
  const asking = (authorization: string) => authenticate({ method: "GET", headers: { authorization, cookie } });
  assert.equal(await asking("Bearer mgladm_right"), owner);
  assert.equal(await asking("bearer mgl_right"), customer);
  for (const wrong of ["Bearer mgl_wrong", "Bearer", "Basic mgl_right", "mgl_right", "Bearer mgl_right x", `Bearer ${"x".repeat(300)}`])
    assert.equal(await asking(wrong), null, wrong);
});

test("a session's cookie reads from anywhere", async () => {
  assert.equal(await authenticate({ method: "GET", headers: { cookie } }), member);
  assert.equal(await authenticate({ method: "GET", headers: { cookie: "megalith_session=mglses_wrong" } }), null);
  assert.equal(await authenticate({ method: "GET", headers: {} }), null);
});

test("a change by cookie comes from the console's own origin or is refused", async () => {
  const changing = (headers: Record<string, string>) => authenticate({ method: "POST", headers: { cookie, host, ...headers } });
  assert.equal(await changing({ origin: `https://${host}` }), member);
  assert.equal(await changing({ "sec-fetch-site": "same-origin" }), member);
  const foreign = [
    {},
    { origin: "https://evil.example" },
    { origin: "null" },
    { origin: `https://${host}.evil.example` },
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
    { "sec-fetch-site": "none" },
    { "sec-fetch-site": "cross-site", origin: `https://${host}` },
    { "sec-fetch-site": "same-origin", origin: "https://evil.example" },
  ];
  for (const headers of foreign)
    await assert.rejects(async () => changing(headers as Record<string, string>), { code: "access.csrf" }, JSON.stringify(headers));
});

test("a bearer needs no origin", async () => {
  const headers = { authorization: "Bearer mgl_right", origin: "https://shop.example", "sec-fetch-site": "cross-site" };
  assert.equal(await authenticate({ method: "POST", headers }), customer);
});

test("the session's cookie is out of reach of scripts and other sites, and of plain HTTP when told so", () => {
  const text = sessionCookie("t", new Date(0), true);
  for (const part of [/megalith_session=t/, /HttpOnly/, /SameSite=Strict/, /Path=\//, /Secure/]) assert.match(text, part);
  assert.doesNotMatch(sessionCookie("t", new Date(0), false), /Secure/);
});

test("nobody is refused with 401, a customer at a provider's route with 404, a role too low with 403 that names it", () => {
  const engineers = { kind: "provider", role: "engineer" } as const;
  const ours = { kind: "customer", scope: "decide", role: "analyst" } as const;
  assert.doesNotThrow(() => authorise({ kind: "public" }, null));
  assert.throws(() => authorise({ kind: "known" }, null), { code: "access.unauthenticated" });
  assert.throws(() => authorise(engineers, null), { code: "access.unauthenticated" });
  assert.throws(() => authorise(engineers, customer), { code: "request.no_such_route" });
  assert.throws(() => authorise(engineers, member), { code: "access.role_missing", values: { role: "engineer", own: "analyst" } });
  for (const principal of [owner, member, customer]) assert.doesNotThrow(() => authorise(ours, principal));
});

test("a scope that a customer's key lacks is named, a member needs none", () => {
  const deciding = { kind: "customer", scope: "decide", role: "analyst" } as const;
  const missing = missingScope(deciding, customer);
  assert.deepEqual([missing?.code, missing?.values], ["access.scope_missing", { scope: "decide" }]);
  assert.equal(missingScope(deciding, { ...customer, scopes: ["decide"] }), null);
  assert.equal(missingScope(deciding, member), null);
});
