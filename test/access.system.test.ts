/**
 * Who may call what, over HTTP, for every route of the contract: a route that is missing from the table fails the test.
 *
 * The table says what each caller without the right is told. Bodies are not right on purpose: access is decided before them.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { idPrefixes, type RouteSpec, routes } from "../packages/contract/src/index.ts";
import { allRoutes } from "../packages/server/src/routes/all-routes.ts";
import { accessTable as table } from "./access-table.ts";
import { auditTable, walkChanges } from "./audit-trail.fixture.ts";
import { type Answered, type StartedProduct, startProduct } from "./start-product.ts";
import { watchStatements } from "./statements.fixture.ts";

const specs = Object.entries(routes) as [keyof typeof routes, RouteSpec][];
const emptyId = "0".repeat(32);
const stranger = `cus_${emptyId}`;
const password = "a long enough password";
let product: StartedProduct;

before(async () => {
  product = await startProduct();
});
after(() => product.stop());

/** The route's path with well-formed parts that name nothing. */
function pathOf({ path }: RouteSpec, parts: Readonly<Record<string, string>> = {}): string {
  const kinds: Readonly<Record<string, string>> = idPrefixes;
  return path.replace(/\{(\w+)\}/g, (_, name: string) => {
    if (parts[name] !== undefined) return parts[name];
    if (name === "number" || name === "version") return "1";
    const isNamed = ["service", "model", "plan", "table"].includes(name) || kinds[name] === undefined;
    return isNamed ? "nothing" : `${kinds[name]}_${emptyId}`;
  });
}

function ask(spec: RouteSpec, key: string | undefined, path = pathOf(spec)): Promise<Answered> {
  if (spec.method === "GET") return product.call("GET", path, { key });
  const type = spec.streamedBody?.[0] ?? "application/json";
  return product.call(spec.method, path, { key, body: "{}", headers: { "content-type": type } });
}

/** What happens beside every call: the job queue, notifications, the bulk of keys' uses. */
const beside = /pgboss|^listen|last_used_at|count\(\*\).*training_job/s;

/** An answer, and the statements that it cost. */
async function costed(ask: () => Promise<Answered>): Promise<{ answer: Answered; statements: string[] }> {
  const statements: string[] = [];
  const answer = await watchStatements((text) => {
    if (!beside.test(text)) statements.push(text);
  }, ask);
  return { answer, statements };
}

/** Another's thing and a thing that does not exist: 404 both, the same bytes, the same statements. The first ask of each fills memory. */
async function assertAlike(name: string, another: () => Promise<Answered>, nobody: () => Promise<Answered>, status = 404): Promise<void> {
  for (const warm of [another, nobody]) await warm();
  const [theirs, none] = [await costed(another), await costed(nobody)];
  assert.deepEqual([theirs.answer.status, none.answer.status], [status, status], `${name}: ${theirs.answer.text}`);
  const [theirText, noText] = [theirs, none].map(({ answer }) => answer.text.replace(/req_[0-9a-f]{32}/, "req"));
  assert.equal(theirText, noText, name);
  assert.deepEqual(theirs.statements, none.statements, name);
}

async function admin(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
  const answer = await product.call(method, path, { key: product.adminKey, body });
  assert.ok(answer.status < 300, `${method} ${path}: ${answer.text}`);
  return (answer.body ?? {}) as Record<string, unknown>;
}

async function newCustomer(name: string, scopes: readonly string[]) {
  const { id } = await admin("POST", "/api/v1/customers", { name });
  const { secret, key } = await admin("POST", `/api/v1/customers/${id}/keys`, { name: "k", scopes });
  return { id: id as string, secret: secret as string, keyId: (key as { id: string }).id };
}

/** Joins with a role and @returns the cookie. */
async function join(role: string): Promise<string> {
  const { token } = await admin("POST", "/api/v1/members/invites", { role });
  const body = { token, email: `${role}@example.com`, name: role, password };
  const answer = await product.call("POST", "/api/v1/invites/accept", { body });
  assert.equal(answer.status, 201, answer.text);
  return (answer.headers.get("set-cookie") ?? "").split(";")[0] as string;
}

/** One decision in last month, as if the customer had asked then. @returns the month. */
async function useLastMonth(customer: string): Promise<string> {
  const { meter, billing, caller } = product.running.product;
  const lastMonth = new Date();
  lastMonth.setUTCDate(-3);
  const customerId = customer.slice(4).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  const { items: plans } = (await admin("GET", "/api/v1/plans")) as { items: { name: string }[] };
  const fact = { key: "q:last month", place: 0, digest: new Uint8Array(32) };
  await meter.record({
    organisation: caller.organisation,
    customerId,
    serviceId: customerId,
    keyId: null,
    planVersionId: await billing.planVersionAt(caller.organisation, plans[0]?.name as string, new Date()),
    eventTime: lastMonth,
    recordedTime: lastMonth,
    facts: [{ ...fact, usageId: customerId, decisionId: customerId, valueNanos: null, withReasons: false }],
    decision: null,
  });
  return lastMonth.toISOString().slice(0, 7);
}

function code({ body }: Answered): string | undefined {
  return (body as { error?: { code?: string } } | undefined)?.error?.code;
}

test("the table names every route with the access that the contract gives it, and every route is bound", () => {
  const said = ({ access }: RouteSpec): string => {
    if (access.kind === "public" || access.kind === "known") return access.kind;
    return access.kind === "provider" ? access.role : `${access.role} ${access.scope}`;
  };
  assert.deepEqual(Object.fromEntries(specs.map(([name, spec]) => [name, said(spec)])), table);
  const edge = { config: { secureCookies: false }, isReady: async () => true, document: {} as never, metrics: {} as never };
  const bound = new Set(allRoutes(product.running.product, edge).map(({ spec }) => spec));
  assert.deepEqual(
    specs.filter(([, spec]) => !bound.has(spec)).map(([name]) => name),
    [],
  );
});

test("without a key, or with a bad one, everything that is not public answers 401, a path that is no route too", async () => {
  const bad = `${product.adminKey.slice(0, -1)}${product.adminKey.endsWith("0") ? "1" : "0"}`;
  for (const [name, spec] of specs) {
    if (table[name] === "public") continue;
    assert.equal((await ask(spec, undefined)).status, 401, name);
    assert.equal((await ask(spec, bad)).status, 401, name);
  }
  assert.equal((await product.call("GET", "/api/v1/no-such-route")).status, 401);
  for (const part of ["a".repeat(5000), "%ff", "%00"])
    assert.equal((await product.call("GET", `/api/v1/services/${part}`)).status, 401, part.slice(0, 10));
});

test("a provider's route called with a customer's key answers the bytes of a path that is no route", async () => {
  const { secret } = await newCustomer("at-the-wrong-door", ["decide", "read", "label", "erase"]);
  const nothing = await product.call("GET", "/api/v1/no-such-route", { key: secret });
  const nothingOfInference = await product.call("GET", "/v2/no-such-route", { key: secret });
  assert.equal(nothing.status, 404);
  for (const [name, spec] of specs) {
    if (!/^(?:viewer|analyst|engineer|owner)$/.test(table[name])) continue;
    const { answer, statements } = await costed(() => ask(spec, secret));
    assert.equal(answer.status, 404, name);
    assert.equal(answer.text, (spec.path.startsWith("/v2") ? nothingOfInference : nothing).text, name);
    assert.deepEqual(statements, [], name);
  }
});

test("another customer's things answer the bytes of things that do not exist, with the scope and without", async () => {
  const owner = await newCustomer("owner-of-things", ["read"]);
  const reader = await newCustomer("curious", ["read"]);
  const scopeless = await newCustomer("without-scopes", ["erase"]);
  for (const [name, spec] of specs) {
    if (!spec.path.includes("{customer}") || !table[name].includes(" ")) continue;
    for (const { secret } of [reader, scopeless]) {
      await assertAlike(
        name,
        () => ask(spec, secret, pathOf(spec, { customer: owner.id })),
        () => ask(spec, secret, pathOf(spec, { customer: stranger })),
      );
    }
    assert.equal((await ask(spec, owner.secret, pathOf(spec, { customer: owner.id }))).status, 200, name);
  }
});

test("a key without the scope is told so for what is its own, and not found for what is not there", async () => {
  const reader = await newCustomer("reader", ["read"]);
  const labeller = await newCustomer("labeller", ["label"]);
  for (const [name, spec] of specs) {
    const scope = table[name].split(" ")[1];
    if (scope === undefined) continue;
    const caller = scope === "read" ? labeller : reader;
    const answer = await ask(spec, caller.secret, pathOf(spec, { customer: caller.id }));
    const namesNothing = /\{(?:service|model|decision|invoice)\}/.test(spec.path);
    assert.equal(answer.status, namesNothing ? 404 : 403, name);
    if (!namesNothing) assert.equal(code(answer), scope === "label" && caller === labeller ? undefined : "access.scope_missing", name);
  }
});

test("a service that a customer may not use and a decision of another are not found, with the scope and without", async () => {
  const { body } = await product.call("GET", "/api/v1/services/credit-risk/schema", { key: product.customerKey });
  const { columns } = body as { columns: { name: string; example: unknown }[] };
  const record = Object.fromEntries(columns.map(({ name, example }) => [name, example]));
  const decided = await product.call("POST", "/api/v1/services/credit-risk/decide", { key: product.customerKey, body: { record } });
  assert.equal(decided.status, 200, decided.text);
  const decision = (decided.body as { decisions: { id: string }[] }).decisions[0]?.id as string;
  const reader = await newCustomer("other-reader", ["read"]);
  const labeller = await newCustomer("other-labeller", ["label"]);
  for (const { id } of [reader, labeller]) await admin("PATCH", `/api/v1/customers/${id}`, { services: [`svc_${emptyId}`] });
  const real = { service: "credit-risk", model: "credit-risk", decision };
  for (const [name, spec] of specs) {
    if (!/\{(?:service|model|decision)\}/.test(spec.path) || !table[name].includes(" ")) continue;
    for (const { secret } of [reader, labeller]) {
      await assertAlike(
        name,
        () => ask(spec, secret, pathOf(spec, real)),
        () => ask(spec, secret),
      );
    }
  }
  const label = (of: object) => () =>
    product.call("POST", "/api/v1/labels", {
      key: labeller.secret,
      body: { labels: [{ ...of, value: 1, time: "2026-01-01T00:00:00Z" }] },
    });
  await assertAlike("a label of another's decision", label({ decision }), label({ decision: `dec_${emptyId}` }), 400);
  const [theirs, none] = [
    { service: "credit-risk", reference: "r" },
    { service: "nothing", reference: "r" },
  ].map(label);
  await assertAlike("a label of a service that may not be used", theirs as () => Promise<Answered>, none as () => Promise<Answered>);
});

test("another customer's invoice and its PDF answer the bytes of one that does not exist, with the scope and without", async () => {
  const payer = await newCustomer("payer", ["read"]);
  const month = await useLastMonth(payer.id);
  const issued = await admin("POST", "/api/v1/invoices", { customer: payer.id, month });
  const invoice = (issued.items as { id: string }[])[0]?.id as string;
  const curious = await newCustomer("curious-payer", ["read"]);
  const scopeless = await newCustomer("scopeless-payer", ["label"]);
  for (const path of [`/api/v1/invoices/${invoice}`, `/api/v1/invoices/${invoice}/pdf`, `/api/v1/invoices/${invoice}/lines.csv`]) {
    assert.equal((await product.call("GET", path, { key: payer.secret })).status, 200, path);
    for (const { secret } of [curious, scopeless]) {
      await assertAlike(
        path,
        () => product.call("GET", path, { key: secret }),
        () => product.call("GET", path.replace(invoice, `ivc_${emptyId}`), { key: secret }),
      );
    }
  }
  const listed = await product.call("GET", "/api/v1/invoices", { key: curious.secret });
  assert.deepEqual((listed.body as { items: unknown[] }).items, []);
  const ofCustomer = [
    "/api/v1/invoices?",
    `/api/v1/invoices/preview?month=${month}&`,
    `/api/v1/invoices/preview.pdf?month=${month}&`,
    "/api/v1/usage?",
    "/api/v1/usage.csv?",
    "/api/v1/usage/summary?",
  ];
  for (const path of ofCustomer)
    await assertAlike(
      path,
      () => product.call("GET", `${path}customer=${payer.id}`, { key: curious.secret }),
      () => product.call("GET", `${path}customer=${stranger}`, { key: curious.secret }),
    );
});

test("a key without the scope is told so for its own service and decision", async () => {
  const services = "/api/v1/services/credit-risk";
  const reader = await newCustomer("own-reader", ["read"]);
  const labeller = await newCustomer("own-labeller", ["label"]);
  assert.equal(
    code(await product.call("POST", `${services}/decide`, { key: reader.secret, body: { record: {} } })),
    "access.scope_missing",
  );
  assert.equal(code(await product.call("GET", services, { key: labeller.secret })), "access.scope_missing");
  assert.equal((await product.call("GET", services, { key: reader.secret })).status, 200);
});

test("a member whose role is too low is refused with the role that is needed, over every route", async () => {
  const order = ["viewer", "analyst", "engineer", "owner"];
  for (const role of order.slice(0, 3)) {
    const cookie = await join(role);
    for (const [name, spec] of specs) {
      const needed = table[name].split(" ")[0] as string;
      if (order.indexOf(needed) <= order.indexOf(role)) continue;
      const type = spec.streamedBody?.[0] ?? "application/json";
      const headers = { cookie, "sec-fetch-site": "same-origin", "content-type": type };
      const answer = await product.call(spec.method, pathOf(spec), { ...(spec.method === "GET" ? {} : { body: "{}" }), headers });
      assert.equal(answer.status, 403, `${name} as ${role}`);
      if (!spec.path.startsWith("/v2"))
        assert.deepEqual((answer.body as { error: { values: unknown } }).error.values, { role: needed, own: role });
    }
  }
});

test("a change by cookie from elsewhere is refused, the same from the console is done, and signing out ends the session", async () => {
  const signedIn = await product.call("POST", "/api/v1/sessions", { body: { adminKey: product.adminKey } });
  assert.equal(signedIn.status, 201, signedIn.text);
  const setCookie = signedIn.headers.get("set-cookie") ?? "";
  assert.match(setCookie, /HttpOnly/);
  assert.match(setCookie, /SameSite=Strict/);
  const cookie = setCookie.split(";")[0] as string;
  const make = (headers: Record<string, string>) =>
    product.call("POST", "/api/v1/customers", {
      body: { name: "by-cookie" },
      headers: { cookie, "content-type": "application/json", ...headers },
    });
  const foreign = await make({ origin: "https://evil.example" });
  assert.equal(foreign.status, 403);
  assert.equal(code(foreign), "access.csrf");
  assert.equal((await make({ origin: product.url })).status, 201);
  const who = await product.call("GET", "/api/v1/sessions/current", { headers: { cookie } });
  assert.equal((who.body as { role: string }).role, "owner");
  await product.call("DELETE", "/api/v1/sessions/current", { headers: { cookie, origin: product.url } });
  assert.equal((await product.call("GET", "/api/v1/sessions/current", { headers: { cookie } })).status, 401);
});

test("a revoked key is refused by the next call, a suspended customer's key with 403", async () => {
  const { id, secret, keyId } = await newCustomer("comes-and-goes", ["read"]);
  const look = () => product.call("GET", `/api/v1/customers/${id}`, { key: secret });
  assert.equal((await look()).status, 200);
  await admin("PATCH", `/api/v1/customers/${id}`, { status: "suspended" });
  assert.equal(code(await look()), "accounts.customer_suspended");
  await admin("PATCH", `/api/v1/customers/${id}`, { status: "active" });
  assert.equal((await look()).status, 200);
  await admin("DELETE", `/api/v1/keys/${keyId}`);
  assert.equal((await look()).status, 401);
});

test("a key shows over HTTP in which minute it was last used", async () => {
  const { id, secret } = await newCustomer("uses-its-key", ["read"]);
  const keys = async () => (await admin("GET", `/api/v1/customers/${id}/keys`)).items as { lastUsedAt: string | null }[];
  await product.running.product.keys.writeUse();
  assert.equal((await keys())[0]?.lastUsedAt, null);
  const before = Date.now();
  assert.equal((await product.call("GET", `/api/v1/customers/${id}`, { key: secret })).status, 200);
  await product.running.product.keys.writeUse();
  const used = Date.parse((await keys())[0]?.lastUsedAt ?? "");
  assert.ok(used > before - 60_000 && used <= Date.now() && used % 60_000 === 0, String(used));
});

test("a customer's login sees its own keys and the customer, nobody else's", async () => {
  const { id } = await newCustomer("with-a-login", ["read"]);
  const { token, path } = await admin("POST", `/api/v1/customers/${id}/invites`, {});
  assert.equal(path, `/join#${token}`);
  const invited = await product.call("POST", "/api/v1/invites/read", { body: { token } });
  assert.deepEqual(
    [(invited.body as { kind: string }).kind, (invited.body as { customerTitle: string }).customerTitle],
    ["customer", "with-a-login"],
  );
  const body = { token, email: "person@customer.example", name: "Person", password };
  const joined = await product.call("POST", "/api/v1/invites/accept", { body });
  const cookie = (joined.headers.get("set-cookie") ?? "").split(";")[0] as string;
  const keys = await product.call("GET", `/api/v1/customers/${id}/keys`, { headers: { cookie } });
  assert.equal((keys.body as { items: unknown[] }).items.length, 1);
  assert.doesNotMatch(keys.text, /secret|hash/);
  assert.equal((await product.call("GET", "/api/v1/customers", { headers: { cookie } })).status, 404);
  assert.equal((await product.call("POST", "/api/v1/invites/accept", { body })).status, 410);
});

test("each change over HTTP leaves who made it in the trail, a job its own; every route that is no GET is in the table", async () => {
  const changing = specs.filter(([, { method }]) => method !== "GET").map(([name]) => name);
  assert.deepEqual(changing.toSorted(), Object.keys(auditTable).toSorted());
  const { left, names } = await walkChanges(product, useLastMonth);
  for (const [name, said] of Object.entries(auditTable)) {
    if (!said.includes(" by ")) continue;
    assert.ok(left.get(name)?.includes(said), `${name}: ${left.get(name)}`);
  }
  assert.deepEqual([...names], ["Walker"]);
  const trail = await admin("GET", "/api/v1/audit?subjectName=credit-risk&limit=100");
  const made = (trail.items as { action: string; actor: { kind: string } }[]).filter(({ action }) => action === "registry.version_added");
  assert.deepEqual(
    made.map(({ actor }) => actor.kind),
    ["job"],
  );
});
