import assert from "node:assert/strict";
import { once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { inferenceRoutes, MegalithError, tablesRoutes } from "@megalith/contract";
import { buildApp } from "./app.ts";
import type { BoundRoute } from "./route.ts";

/** Fits into the buffers between caller and server: the caller has sent it before anybody reads. */
const uploadBytes = 300_000;

const refusal: BoundRoute = {
  spec: tablesRoutes.createTable,
  handle: async () => {
    throw new MegalithError("tables.name_taken", { values: { name: "loans" } });
  },
};

/** @returns the port of an app with one route, open to everybody. */
async function serving(t: TestContext, route: BoundRoute): Promise<number> {
  const app = buildApp({
    routes: [route],
    newUuid: () => "01900000-0000-7000-8000-000000000000",
    authenticate: async () => null,
    authorise: () => undefined,
    requireOwn: async () => undefined,
    onRequestDone: () => undefined,
    page: async () => undefined,
  });
  t.after(() => app.close());
  await app.listen({ host: "127.0.0.1", port: 0 });
  return (app.server.address() as AddressInfo).port;
}

async function upload(port: number, agent: Agent, bytes: number): Promise<IncomingMessage> {
  const headers = { "content-type": "text/csv", "content-length": bytes };
  const call = request({ port, agent, headers, method: "POST", path: "/api/v1/tables?name=loans" });
  call.on("error", () => undefined);
  const sent = once(call, "finish");
  call.end(Buffer.alloc(bytes));
  const [reply] = (await once(call, "response")) as [IncomingMessage];
  reply.resume();
  await Promise.all([once(reply, "end"), sent]);
  return reply;
}

test("an upload that is refused unread leaves its connection to the next call", async (t) => {
  const port = await serving(t, refusal);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => agent.destroy());
  for (let call = 0; call < 3; call++) {
    const reply = await upload(port, agent, uploadBytes);
    assert.equal(reply.statusCode, 409);
    assert.equal(reply.headers.connection, "keep-alive");
  }
});

test("a huge upload that is refused unread ends its connection", async (t) => {
  const port = await serving(t, refusal);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => agent.destroy());
  const headers = { "content-type": "text/csv", "content-length": 1_000_000_000 };
  const call = request({ port, agent, headers, method: "POST", path: "/api/v1/tables?name=loans" });
  call.on("error", () => undefined);
  call.write(Buffer.alloc(1024));
  const [reply] = (await once(call, "response")) as [IncomingMessage];
  assert.equal(reply.statusCode, 409);
  assert.equal(reply.headers.connection, "close");
  reply.resume();
  call.destroy();
});

test("an inference request without a content type is taken as JSON", async (t) => {
  const outputs = { model_name: "loans", model_version: "1", outputs: [] };
  const port = await serving(t, {
    spec: inferenceRoutes.infer,
    handle: async ({ body }) => ({ ...outputs, id: (body as unknown as { id: string }).id }),
  });
  const agent = new Agent();
  const call = request({ port, agent, method: "POST", path: "/v2/models/loans/infer" });
  call.end(JSON.stringify({ id: "seven", inputs: [] }));
  const [reply] = (await once(call, "response")) as [IncomingMessage];
  assert.equal(reply.statusCode, 200);
  assert.deepEqual(await json(reply), { ...outputs, id: "seven" });
});
