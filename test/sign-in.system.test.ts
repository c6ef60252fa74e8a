/** Guessing passwords over HTTP: who guesses waits, who knows the password gets in from elsewhere, and an address is not what a caller says. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { readConfig } from "../packages/server/src/config.ts";
import { type Answered, type StartedProduct, startProduct } from "./start-product.ts";

const email = "owner@example.com";
const password = "a long enough password";
const started: StartedProduct[] = [];

after(async () => {
  for (const product of started) await product.stop();
});

async function withOwner(environment: Readonly<Record<string, string>> = {}): Promise<StartedProduct> {
  const product = await startProduct({ demo: false, environment });
  started.push(product);
  const invited = await product.call("POST", "/api/v1/members/invites", { key: product.adminKey, body: { role: "owner" } });
  const { token } = invited.body as { token: string };
  const joined = await product.call("POST", "/api/v1/invites/accept", { body: { token, email, name: "Owner", password } });
  assert.equal(joined.status, 201, joined.text);
  return product;
}

function signIn(product: StartedProduct, guess: string, from?: string): Promise<Answered> {
  const headers = from === undefined ? {} : { "x-forwarded-for": from };
  return product.call("POST", "/api/v1/sessions", { body: { email, password: guess }, headers });
}

function assertRefused(answer: Answered): void {
  assert.equal(answer.status, 429, answer.text);
  const { error } = answer.body as { error: { code: string; values: { seconds: number } } };
  assert.equal(error.code, "access.too_many_failures");
  const seconds = Number(answer.headers.get("retry-after"));
  assert.ok(seconds >= 1 && seconds <= 900, String(seconds));
  assert.equal(error.values.seconds, seconds);
}

test("behind a trusted proxy an account is guessed at from one address, and its owner signs in from another", async () => {
  const product = await withOwner({ MEGALITH_TRUSTED_PROXIES: "127.0.0.0/8, ::1" });
  for (let count = 0; count < 5; count++) assert.equal((await signIn(product, `wrong guess ${count}`, "198.51.100.7")).status, 401);
  assertRefused(await signIn(product, "wrong guess", "198.51.100.7"));
  assertRefused(await signIn(product, password, "198.51.100.7"));
  assert.equal((await signIn(product, password, "203.0.113.9")).status, 201);
  // What the guesser writes before the proxy's own entry is not believed.
  assertRefused(await signIn(product, password, "203.0.113.9, 198.51.100.7"));
  assertRefused(await signIn(product, password, "198.51.100.7"));
  assert.equal((await product.call("POST", "/api/v1/sessions", { body: { adminKey: product.adminKey } })).status, 201);
});

test("without a trusted proxy a caller that says it is elsewhere is where it is", async () => {
  const product = await withOwner();
  for (let count = 0; count < 5; count++) assert.equal((await signIn(product, `wrong guess ${count}`, `198.51.100.${count}`)).status, 401);
  assertRefused(await signIn(product, "wrong guess", "198.51.100.99"));
});

test("an unknown e-mail is slowed like a known one", async () => {
  const product = started[0] as StartedProduct;
  const guess = () =>
    product.call("POST", "/api/v1/sessions", {
      body: { email: "nobody@example.com", password },
      headers: { "x-forwarded-for": "192.0.2.200" },
    });
  for (let count = 0; count < 5; count++) assert.equal((await guess()).status, 401);
  assertRefused(await guess());
});

test("a proxy that is no address is refused at the start", () => {
  for (const MEGALITH_TRUSTED_PROXIES of ["10.0.0.0/33", "localhost", "", "10.0.0.1,,", "::/129"])
    assert.throws(() => readConfig({ MEGALITH_TRUSTED_PROXIES }), /MEGALITH_TRUSTED_PROXIES/);
  assert.deepEqual(readConfig({ MEGALITH_TRUSTED_PROXIES: "10.0.0.0/8, ::1" }).trustedProxies, ["10.0.0.0/8", "::1"]);
});
