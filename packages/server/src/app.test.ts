import assert from "node:assert/strict";
import { once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { PassThrough } from "node:stream";
import { json, text } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { inferenceRoutes, MegalithError, tablesRoutes } from "@megalith/contract";
import { buildApp } from "./app.ts";
import type { BoundRoute } from "./route.ts";
import { uploadStream } from "./upload-stream.ts";

/** Fits into the buffers between caller and server: the caller has sent it before anybody reads. */
const uploadBytes = 300_000;

const refusal: BoundRoute = {
  spec: tablesRoutes.createTable,
  handle: async () => {
    throw new MegalithError("tables.name_taken", { values: { name: "loans" } });
  },
};

/** @returns the port of an app with one route, open to everybody. */
async function serving(t: TestContext, route: BoundRoute, bodyMs?: number): Promise<number> {
  const app = buildApp({
    routes: [route],
    newUuid: () => "01900000-0000-7000-8000-000000000000",
    authenticate: async () => null,
    authorise: () => undefined,
    requireOwn: async () => undefined,
    onRequestDone: () => undefined,
    page: async () => undefined,
    ...(bodyMs === undefined ? {} : { bodyMs }),
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

const slowInference: BoundRoute = {
  spec: inferenceRoutes.infer,
  handle: async () => ({ model_name: "loans", model_version: "1", outputs: [] }),
};

/** Sends the head of a call and a byte of its body. @returns what comes back until the server ends the connection. */
async function untilEnded(port: number, path: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.write(`POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{`);
  return text(socket);
}

test("a body that does not arrive is told so, and its connection ends, as does one whose call was refused before", async (t) => {
  const port = await serving(t, slowInference, 100);
  assert.match(await untilEnded(port, "/v2/models/loans/infer"), /^HTTP\/1\.1 408 .*longer than 0\.1 seconds/s);
  assert.match(await untilEnded(port, "/v2/nowhere"), /^HTTP\/1\.1 (401|408) /);
  const streamed = await serving(t, refusal, 100);
  assert.match(await untilEnded(streamed, "/api/v1/tables?name=loans"), /^HTTP\/1\.1 415 /);
});

test("an upload of less than 64 KiB a minute is refused, unless it is we who do not read it", async (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const faults: string[] = [];
  const sources = [new PassThrough(), new PassThrough()] as const;
  for (const [index, source] of sources.entries()) {
    const stream = uploadStream(source, 10_000_000).on("error", () => faults.push(index === 0 ? "slow" : "not read"));
    if (index === 0) stream.resume();
    source.write(Buffer.alloc(200_000));
  }
  await setImmediate();
  t.mock.timers.tick(60_000);
  await setImmediate();
  assert.deepEqual(faults, []);
  t.mock.timers.tick(60_000);
  await setImmediate();
  assert.deepEqual(faults, ["slow"]);
});

test("a disk without room is told as such, by whomever it is found", async (t) => {
  for (const code of ["ENOSPC", "53100"]) {
    const full: BoundRoute = { spec: inferenceRoutes.infer, handle: () => Promise.reject(Object.assign(new Error("full"), { code })) };
    const call = request({ port: await serving(t, full), method: "POST", path: "/v2/models/loans/infer" });
    call.end(JSON.stringify({ inputs: [] }));
    const [reply] = (await once(call, "response")) as [IncomingMessage];
    assert.equal(reply.statusCode, 507);
    assert.match(await text(reply), /no room left/);
  }
});
