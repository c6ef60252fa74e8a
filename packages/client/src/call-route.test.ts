import assert from "node:assert/strict";
import { test } from "node:test";
import { registryRoutes, servingRoutes } from "@megalith/contract";
import { addressOf, ClientError, type ClientOptions, callRoute } from "./index.ts";

type Step = Response | Error;

/** A client whose fetch answers step by step and notes what it was asked. */
function scripted(steps: Step[]): { options: ClientOptions; asked: RequestInit[]; waited: number[] } {
  const asked: RequestInit[] = [];
  const waited: number[] = [];
  const answer = async (_url: unknown, request?: RequestInit): Promise<Response> => {
    asked.push(request ?? {});
    const step = steps.shift();
    if (step instanceof Error) throw step;
    return step as Response;
  };
  const options: ClientOptions = {
    url: "http://megalith.test/",
    key: "mgl_key",
    fetch: answer as typeof fetch,
    wait: async (delayMs) => {
      waited.push(delayMs);
    },
  };
  return { options, asked, waited };
}

const busy = (): Response =>
  Response.json({ error: { code: "server.overloaded", message: "busy" } }, { status: 503, headers: { "retry-after": "2" } });
const record = { record: { age: 40 } };

test("parameters and query are escaped into the address", () => {
  const address = addressOf("http://megalith.test/", servingRoutes.decide, {
    params: { service: "a/b?" },
    query: { limit: 3, after: undefined },
  });
  assert.equal(address, "http://megalith.test/api/v1/services/a%2Fb%3F/decide?limit=3");
});

test("a call with an idempotency key is repeated with the same key and body until it is answered", async () => {
  const { options, asked, waited } = scripted([new Error("reset"), busy(), Response.json({ decisions: [], remaining: null })]);
  const reply = await callRoute(options, servingRoutes.decide, { params: { service: "risk" }, body: record, idempotencyKey: "one" });
  assert.deepEqual(reply, { decisions: [], remaining: null });
  assert.equal(asked.length, 3);
  assert.equal(new Set(asked.map((request) => JSON.stringify([request.headers, request.body]))).size, 1);
  assert.deepEqual(waited, [200, 2000]);
});

test("a call whose body makes a repeat harmless is repeated too", async () => {
  const { options, asked } = scripted([new Error("reset"), Response.json({ decisions: [], remaining: null })]);
  const body = { ...record, reference: "loan 7" };
  await callRoute(options, servingRoutes.decide, { params: { service: "risk" }, body, repeatable: true });
  assert.equal(asked.length, 2);
  assert.ok(asked.every(({ headers }) => !Object.hasOwn(headers ?? {}, "idempotency-key")));
});

test("a call that changes something without a key is sent once", async () => {
  const { options, asked } = scripted([busy()]);
  await assert.rejects(callRoute(options, servingRoutes.decide, { params: { service: "risk" }, body: record }), ClientError);
  assert.equal(asked.length, 1);
});

test("the server's error keeps its code, status and problems", async () => {
  const problems = [{ path: "/records/0/age", code: "type", message: "age is a text." }];
  const { options } = scripted([Response.json({ error: { code: "serving.record_invalid", message: "wrong", problems } }, { status: 400 })]);
  await assert.rejects(
    callRoute(options, servingRoutes.decide, { params: { service: "risk" }, body: record, idempotencyKey: "two" }),
    (error: ClientError) => {
      assert.deepEqual([error.code, error.status, error.problems], ["serving.record_invalid", 400, problems]);
      return true;
    },
  );
});

test("a used-up quota is not asked again", async () => {
  const { options, asked } = scripted([Response.json({ error: { code: "serving.quota_exceeded", message: "used up" } }, { status: 429 })]);
  await assert.rejects(callRoute(options, registryRoutes.listModels, {}), ClientError);
  assert.equal(asked.length, 1);
});

test("a page of something else between is no reply of ours", async () => {
  const { options } = scripted([new Response("<html>", { status: 404 })]);
  await assert.rejects(callRoute(options, registryRoutes.listModels, {}), (error: ClientError) => error.code === "client.reply_unreadable");
});
