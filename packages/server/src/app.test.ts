import assert from "node:assert/strict";
import { once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { MegalithError, tablesRoutes } from "@megalith/contract";
import { buildApp } from "./app.ts";

/** An app whose uploads are refused before they are read. @returns its port. */
async function refusing(t: TestContext): Promise<number> {
  const app = buildApp({
    routes: [
      {
        spec: tablesRoutes.createTable,
        handle: async () => {
          throw new MegalithError("tables.name_taken", { values: { name: "loans" } });
        },
      },
    ],
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
  call.end(Buffer.alloc(bytes));
  const [reply] = (await once(call, "response")) as [IncomingMessage];
  reply.resume();
  await once(reply, "end");
  return reply;
}

test("an upload that is refused unread leaves its connection to the next call", async (t) => {
  const port = await refusing(t);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => agent.destroy());
  const ports = new Set<number | undefined>();
  for (let call = 0; call < 3; call++) {
    const reply = await upload(port, agent, 4 * 1024 * 1024);
    assert.equal(reply.statusCode, 409);
    assert.equal(reply.headers.connection, "keep-alive");
    ports.add(reply.socket?.localPort);
  }
  assert.equal(ports.size, 1);
});

test("a huge upload that is refused unread ends its connection", async (t) => {
  const port = await refusing(t);
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
