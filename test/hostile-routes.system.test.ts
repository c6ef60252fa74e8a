/**
 * Every route of the contract, given parts that no schema expects: in its path, its query, its headers and its body.
 *
 * Asked as the owner, who may do everything: no answer is a fault of the server, each refusal has a code, and the server lives.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { errors, idPrefixes, type RouteSpec, routes } from "../packages/contract/src/index.ts";
import { runCount, seed } from "./counts.ts";
import { sequence } from "./killed-product.fixture.ts";
import { type Answered, type StartedProduct, startProduct } from "./start-product.ts";

const specs = Object.entries(routes) as [keyof typeof routes, RouteSpec][];
const id = "0".repeat(32);
const texts = [
  "",
  " ",
  "\u0000",
  "\ufffd",
  "\u202e",
  "=cmd|' /C calc'!A0",
  "../../admin.key",
  "__proto__",
  "constructor",
  "' or 1=1; drop table usage; --",
  "$(kill $PPID)",
  "%00%2e%2e",
  "1e309",
  "NaN",
  "-1",
  "9".repeat(400),
  "2026-02-31",
  "0000-00",
  "999999-01-01",
  "cus_zzz",
  `cus_${"f".repeat(32)}`,
  "a".repeat(3000),
  "İıſK",
  "🏴‍☠️".repeat(50),
];
const values: readonly unknown[] = [
  ...texts,
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  Number.MAX_SAFE_INTEGER + 2,
  [],
  {},
  [null],
  [[[[[]]]]],
  { __proto__: null, constructor: { prototype: 1 } },
  { length: 1e9 },
];
let product: StartedProduct;

before(async () => {
  product = await startProduct();
});
after(() => product.stop());

function pathOf({ path }: RouteSpec, hostile?: { readonly at: number; readonly text: string }): string {
  const kinds: Readonly<Record<string, string>> = idPrefixes;
  let at = 0;
  return path.replace(/\{(\w+)\}/g, (_, name: string) => {
    if (hostile !== undefined && at++ === hostile.at) return encodeURIComponent(hostile.text);
    if (name === "number" || name === "version") return "1";
    if (["service", "model"].includes(name)) return "credit-risk";
    return kinds[name] === undefined ? "nothing" : `${kinds[name]}_${id}`;
  });
}

function propertiesOf(schema: unknown): string[] {
  return Object.keys((schema as { properties?: object } | undefined)?.properties ?? {});
}

/** No 5xx: an answer, or a refusal whose code is in the catalogue. Who streams is not waited for. */
async function assertHeld(name: string, method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<void> {
  const what = `${name} ${method} ${path.slice(0, 200)} ${JSON.stringify(body)?.slice(0, 200)}`;
  let answer: Answered;
  try {
    answer = await product.call(method, path, { key: product.adminKey, ...(body === undefined ? {} : { body }), headers });
  } catch (error) {
    return assert.fail(`${what}: ${String(error)}`);
  }
  assert.ok(answer.status < 500, `${what}: ${answer.status} ${answer.text.slice(0, 300)}`);
  if (answer.status < 400 || path.startsWith("/v2")) return;
  const { error } = answer.body as { error: { code: string } };
  assert.ok(error.code in errors, `${what}: ${answer.text.slice(0, 300)}`);
}

async function assertAlive(): Promise<void> {
  assert.equal((await product.call("GET", "/v2/health/ready")).status, 200);
  const body = { record: { duration_in_month: 24, credit_amount: 3500 } };
  const reply = await product.call("POST", "/api/v1/services/credit-risk/decide", { key: product.customerKey, body });
  assert.equal(reply.status, 200, reply.text);
}

/** As many of all as the run has time for, the same each time. */
function some<T>(all: readonly T[], small: number, name: string): T[] {
  const count = runCount(small, all.length, name);
  if (count >= all.length) return [...all];
  const random = sequence(seed);
  return Array.from({ length: count }, () => all[Math.floor(random() * all.length)] as T);
}

const neverEnds = new Set(["jobEvents"]);

test("whatever stands in a path is answered or refused", async () => {
  const cases = specs.flatMap(([name, spec]) => {
    const places = [...spec.path.matchAll(/\{\w+\}/g)].length;
    return Array.from({ length: places }, (_, at) => texts.filter((text) => text !== "").map((text) => ({ name, spec, at, text }))).flat();
  });
  for (const { name, spec, at, text } of some(cases, 400, "hostile paths"))
    if (!neverEnds.has(name))
      await assertHeld(name, spec.method, pathOf(spec, { at, text }), spec.method === "GET" ? undefined : {}, typeOf(spec));
  await assertAlive();
});

test("whatever stands in a query is answered or refused, alone, twice, and under a name that no route knows", async () => {
  const cases = specs.flatMap(([name, spec]) =>
    spec.method === "GET"
      ? [...propertiesOf(spec.query), "unknown", "__proto__", "a[b]"].flatMap((field) => texts.map((text) => ({ name, spec, field, text })))
      : [],
  );
  for (const { name, spec, field, text } of some(cases, 600, "hostile queries")) {
    if (neverEnds.has(name)) continue;
    const pair = `${encodeURIComponent(field)}=${encodeURIComponent(text)}`;
    await assertHeld(name, "GET", `${pathOf(spec)}?${pair}`);
    if (text.length < 10) await assertHeld(name, "GET", `${pathOf(spec)}?${pair}&${pair}`);
  }
  await assertAlive();
});

test("whatever stands in a body is answered or refused, as a whole and in each of its fields", async () => {
  const cases = specs.flatMap(([name, spec]) => {
    if (spec.body === undefined) return [];
    const whole = values.map((value) => ({ name, spec, body: value }));
    const fields = propertiesOf(spec.body).flatMap((field) => values.map((value) => ({ name, spec, body: { [field]: value } as unknown })));
    return [...whole, ...fields];
  });
  for (const { name, spec, body } of some(cases, 800, "hostile bodies"))
    await assertHeld(name, spec.method, pathOf(spec), JSON.stringify(body), { "content-type": "application/json" });
  await assertAlive();
});

test("whatever stands in a header is answered or refused", async () => {
  const headers = [
    "idempotency-key",
    "accept-language",
    "content-type",
    "accept",
    "cookie",
    "x-forwarded-for",
    "inference-header-content-length",
  ];
  const sayable = texts.filter((text) => /^[\x20-\x7e]*$/.test(text));
  const cases = specs.flatMap(([name, spec]) =>
    headers.flatMap((header) => sayable.map((text) => ({ name, spec, headers: { ...typeOf(spec), [header]: text } }))),
  );
  for (const { name, spec, headers: sent } of some(cases, 600, "hostile headers"))
    if (!neverEnds.has(name)) await assertHeld(name, spec.method, pathOf(spec), spec.method === "GET" ? undefined : "{}", sent);
  await assertAlive();
});

function typeOf({ method, streamedBody }: RouteSpec): Record<string, string> {
  return method === "GET" ? {} : { "content-type": streamedBody?.[0] ?? "application/json" };
}
