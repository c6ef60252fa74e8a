/**
 * Hostile input: whatever is sent, the answer is a clear 4xx, and the server lives, is ready and decides right after.
 */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { connect } from "node:net";
import { after, before, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import pg from "pg";
import { idFromUuid } from "../packages/contract/src/index.ts";
import { type Answered, type StartedProduct, startProduct } from "./start-product.ts";

const decidePath = "/api/v1/services/credit-risk/decide";
const inferPath = "/v2/models/credit-risk/infer";

let product: StartedProduct;
let chargedBefore: number;

before(async () => {
  product = await startProduct({ stopMs: 1000 });
});

after(() => product.stop());

/** The server answers health and a normal decide; only that decide was charged. */
async function stillWell(): Promise<void> {
  assert.equal((await product.call("GET", "/v2/health/live")).status, 200);
  assert.equal((await product.call("GET", "/v2/health/ready")).status, 200);
  const reply = await decide({ record: { duration_in_month: 24, credit_amount: 3500 } });
  assert.equal(reply.status, 200, reply.text);
}

function decide(body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Answered> {
  return product.call("POST", decidePath, { key: product.customerKey, body, headers });
}

async function chargedCount(): Promise<number> {
  const found = await product.running.product.pool.query<{ count: string }>("select count(*) as count from usage");
  return Number(found.rows[0]?.count);
}

/** Each is a 4xx with a code and a message, none costs anything, and the server is well afterwards. */
async function refuses(attempts: Readonly<Record<string, () => Promise<Answered>>>): Promise<void> {
  for (const [name, attempt] of Object.entries(attempts)) {
    chargedBefore = await chargedCount();
    const reply = await attempt();
    assert.ok(reply.status >= 400 && reply.status < 500, `${name}: ${reply.status} ${reply.text.slice(0, 300)}`);
    assert.notEqual(reply.body, undefined, `${name}: ${reply.text.slice(0, 300)}`);
    assert.ok(reply.text.length < 100_000, `${name}: ${reply.text.length} characters`);
    assert.equal(await chargedCount(), chargedBefore, name);
  }
  await stillWell();
}

const json = { "content-type": "application/json" };

test("refuses malformed JSON", () =>
  refuses(
    Object.fromEntries(
      [
        '{"record":',
        "",
        "null",
        "[]",
        '"text"',
        "{'record':{}}",
        '{"record":{}}}',
        "\u0000",
        '{"record":{"duration_in_month":NaN}}',
        '{"record":{"duration_in_month":Infinity}}',
        '{"record":{"duration_in_month":1e999}}',
      ].map((body) => [JSON.stringify(body), () => decide(body, json)]),
    ),
  ));

test("refuses half a surrogate pair and a NUL wherever text may stand", () =>
  refuses({
    "in a value": () => decide('{"record":{"purpose":"\\ud800"}}', json),
    "in a name": () => decide('{"record":{"\\udfff":1}}', json),
    "a NUL": () => decide('{"record":{"purpose":"\\u0000"}}', json),
    "in a reference": () => decide('{"record":{},"reference":"\\ud800"}', json),
    "in a tensor": () =>
      product.call("POST", inferPath, {
        key: product.customerKey,
        body: '{"inputs":[{"name":"purpose","shape":[1],"datatype":"BYTES","data":["\\ud800"]}]}',
        headers: json,
      }),
    "bytes that are no UTF-8 in a name": () =>
      decide(Buffer.from([...Buffer.from('{"record":{"'), 0xff, 0xfe, ...Buffer.from('":1}}')]), json),
  }));

test("refuses deep nesting", () => {
  const nested = (open: string, close: string, depth: number) => `${open.repeat(depth)}1${close.repeat(depth)}`;
  return refuses({
    "arrays in a record": () => decide(`{"record":{"purpose":${nested("[", "]", 200_000)}}}`, json),
    "objects in a record": () => decide(`{"record":${nested('{"a":', "}", 100_000)}}`, json),
    "arrays in a tensor": () =>
      product.call("POST", inferPath, {
        key: product.customerKey,
        body: `{"inputs":[{"name":"duration_in_month","shape":[1],"datatype":"FP64","data":${nested("[", "]", 200_000)}}]}`,
        headers: json,
      }),
    "objects at sign-in": () =>
      product.call("POST", "/api/v1/sessions", { body: `{"email":${nested('{"a":', "}", 100_000)}}`, headers: json }),
  });
});

test("refuses a record of 100,000 columns and names no more problems than a person reads", async () => {
  const record = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`c${index}`, index]));
  const reply = await decide({ record });
  assert.equal(reply.status, 400);
  assert.ok((reply.body as { error: { problems: unknown[] } }).error.problems.length <= 100);
  const inputs = Array.from({ length: 50_000 }, (_, index) => ({ name: `c${index}`, shape: [1], datatype: "FP64", data: [1] }));
  const columns = await product.call("POST", inferPath, { key: product.customerKey, body: { inputs } });
  assert.ok([400, 413].includes(columns.status), columns.text.slice(0, 300));
  await stillWell();
});

test("refuses bodies of 50 MB before it holds them", () => {
  const large = Buffer.alloc(50 * 1024 * 1024, 32);
  const chunked = () => {
    let left = 50;
    return new ReadableStream<Uint8Array>({
      pull(controller) {
        if (left-- > 0) controller.enqueue(new Uint8Array(1024 * 1024).fill(32));
        else controller.close();
      },
    });
  };
  return refuses({
    "with a length": () => hungUp(() => decide(large, json)),
    "without a length": () => hungUp(() => decide(chunked(), json)),
    "at sign-in": () => hungUp(() => product.call("POST", "/api/v1/sessions", { body: large, headers: json })),
    "at inference": () => hungUp(() => product.call("POST", inferPath, { key: product.customerKey, body: large, headers: json })),
  });
});

/** A server that refuses in the middle of a body may close before the reply is read: that is a refusal too. */
async function hungUp(attempt: () => Promise<Answered>): Promise<Answered> {
  try {
    return await attempt();
  } catch {
    return { status: 413, headers: new Headers(), text: "", body: {} };
  }
}

test("refuses zip bombs, damaged archives and content that is not what it says", () =>
  refuses({
    "a bomb as a table": () => upload("bomb", gzipSync(Buffer.alloc(200 * 1024 * 1024, 97)), "application/gzip"),
    "a cut archive": () => upload("cut", gzipSync(Buffer.from("a,b\n1,2\n")).subarray(0, 15), "application/gzip"),
    "no Parquet inside": () => upload("parquet", Buffer.from("PAR1 and nothing more PAR1"), "application/vnd.apache.parquet"),
    "a picture": () => upload("picture", Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0]), "text/csv"),
    "nothing at all": () => upload("nothing", Buffer.alloc(0), "text/csv"),
    "a type that no table has": () => upload("media", Buffer.from("a\n1\n"), "application/x-sh"),
    "100,000 columns": () =>
      upload("wide", Buffer.from(`${Array.from({ length: 100_000 }, (_, index) => `c${index}`).join(",")}\n`), "text/csv"),
    "gzip where JSON is due": () => decide(gzipSync('{"record":{}}'), { ...json, "content-encoding": "gzip" }),
    "a form where JSON is due": () => decide("record=1", { "content-type": "application/x-www-form-urlencoded" }),
  }));

function upload(name: string, body: Uint8Array, type: string): Promise<Answered> {
  return product.call("POST", `/api/v1/tables?name=${name}`, { key: product.adminKey, body, headers: { "content-type": type } });
}

test("refuses hostile model files and keeps the champion", async () => {
  const { key, good } = { key: product.adminKey, good: await artifact() };
  const send = (body: Uint8Array) =>
    product.call("POST", "/api/v1/models/credit-risk/versions", { key, body, headers: { "content-type": "application/octet-stream" } });
  const flipped = Uint8Array.from(good);
  flipped[flipped.length >> 1] = (flipped[flipped.length >> 1] as number) ^ 0xff;
  const huge = Uint8Array.from(good);
  huge.fill(0xff, 4, 24);
  await refuses({
    empty: () => send(new Uint8Array(0)),
    noise: () => send(Uint8Array.from({ length: 4096 }, (_, index) => (index * 131) & 255)),
    "cut off": () => send(good.subarray(0, good.length >> 1)),
    "one byte flipped": () => send(flipped),
    "lengths of 2^32": () => send(huge),
    "a tail": () => send(Buffer.concat([good, Buffer.alloc(64)])),
    JavaScript: () => send(Buffer.from("process.exit(1)")),
  });
  const versions = await product.call("GET", "/api/v1/models/credit-risk/versions", { key });
  assert.equal((versions.body as { items: unknown[] }).items.length, 1);
});

async function artifact(): Promise<Uint8Array> {
  const reply = await fetch(`${product.url}/api/v1/models/credit-risk/versions/1/artifact`, {
    headers: { authorization: `Bearer ${product.adminKey}` },
  });
  return new Uint8Array(await reply.arrayBuffer());
}

test("follows no path trick out of its routes", async () => {
  const paths = [
    "/api/v1/services/..%2f..%2fadmin.key/decide",
    "/api/v1/services/credit-risk%2fdecide",
    "/api/v1/services/credit-risk%00/decide",
    "/api/v1/services/%ff/decide",
    "/api/v1/services/%/decide",
    `/api/v1/services/${"a".repeat(5000)}/decide`,
    "/api/v1/services/__proto__/decide",
    "/api//v1/services/credit-risk/decide",
    "/API/v1/services/credit-risk/decide",
    "/v2/models/..%2fcredit-risk/infer",
    "/v2/models/credit-risk/versions/1e0/infer",
    "/v2/models/credit-risk/versions/-1/infer",
    "/v2/models/credit-risk/versions/99999999999999999999/infer",
  ];
  await refuses(
    Object.fromEntries(paths.map((path) => [path, () => product.call("POST", path, { key: product.customerKey, body: { record: {} } })])),
  );
  for (const target of ["/../admin.key", "/..%2fadmin.key", "/%2e%2e/admin.key", "/docs/../../admin.key", "//admin.key"]) {
    const reply = await raw(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    assert.match(reply, /^HTTP\/1\.1 4\d\d /, target);
    assert.doesNotMatch(reply, new RegExp(product.adminKey), target);
  }
  await stillWell();
});

/** What the server sends back for these bytes, until it closes or a while has passed. */
function raw(bytes: string, keepOpen = false): Promise<string> {
  const { hostname, port } = new URL(product.url);
  return new Promise((resolve) => {
    let reply = "";
    const socket = connect(Number(port), hostname, () => (keepOpen ? socket.write(bytes) : socket.end(bytes)));
    socket.setEncoding("utf8").on("data", (text: string) => {
      reply += text;
    });
    socket.on("error", () => resolve(reply));
    socket.on("close", () => resolve(reply));
  });
}

test("refuses floods of headers and requests that are no HTTP", async () => {
  const many = Array.from({ length: 3000 }, (_, index) => `X-H${index}: ${"v".repeat(20)}\r\n`).join("");
  const attempts = {
    "many headers": `GET /v2/health/live HTTP/1.1\r\nHost: x\r\n${many}\r\n`,
    "one long header": `GET /v2/health/live HTTP/1.1\r\nHost: x\r\nX-Long: ${"v".repeat(100_000)}\r\n\r\n`,
    "a long address": `GET /${"a".repeat(100_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
    "two lengths": "POST /v2/health/live HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
    "a length and chunks": "POST /v2/health/live HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a split header": "GET /v2/health/live HTTP/1.1\r\nHost: x\r\nX-A: a\rX-B: b\r\n\r\n",
    noise: "\u0000\u0001\u0002\r\n\r\n",
  };
  for (const [name, bytes] of Object.entries(attempts)) assert.match(await raw(bytes), /^HTTP\/1\.1 4\d\d /, name);
  await stillWell();
});

test("outlives uploads that are cut off or never end, and keeps nothing of them", async () => {
  const { hostname, port } = new URL(product.url);
  const head = (path: string, key: string, type: string) =>
    `POST ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\nContent-Type: ${type}\r\nContent-Length: 1000000\r\n\r\n`;
  const cuts = [
    head("/api/v1/tables?name=cut-off", product.adminKey, "text/csv") + "a,b\n1,2\n".repeat(100),
    `${head("/api/v1/models/credit-risk/versions", product.adminKey, "application/octet-stream")}MGLF`,
    `${head(decidePath, product.customerKey, "application/json")}{"record":`,
  ];
  for (const bytes of cuts) {
    await new Promise<void>((resolve) => {
      const socket = connect(Number(port), hostname, () => socket.write(bytes, () => void setTimeout(100).then(() => socket.destroy())));
      socket.on("error", () => undefined);
      socket.on("close", () => resolve());
    });
  }
  // More than are read at once: those that wait for their turn are cut off while nobody reads them.
  const waiting = Array.from({ length: 12 }, (_, index) => {
    const socket = connect(Number(port), hostname, () =>
      socket.write(`${head(`/api/v1/tables?name=cut-off-${index}`, product.adminKey, "text/csv")}a,b\n`),
    );
    return socket.on("error", () => undefined);
  });
  await setTimeout(300);
  for (const socket of waiting) socket.destroy();
  const slow = cuts.map((bytes) => {
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    socket.on("error", () => undefined);
    return socket;
  });
  await stillWell();
  for (const socket of slow) socket.destroy();
  const tables = await product.call("GET", "/api/v1/tables", { key: product.adminKey });
  assert.doesNotMatch(tables.text, /cut-off/);
  await stillWell();
});

test("keeps formulas in cells as the text that they are", async () => {
  const cells = ["=1+1", "+1+1", "-1+cmd|' /C calc'!A0", "@SUM(1)", "\t=1"];
  const csv = `name,amount\n${cells.map((cell, index) => `"${cell}",${index}`).join("\n")}\n`;
  assert.equal((await upload("formulas", Buffer.from(csv), "text/csv")).status, 201);
  const rows = await product.call("GET", "/api/v1/tables/formulas/rows", { key: product.adminKey });
  assert.equal(rows.status, 200);
  assert.match(rows.headers.get("content-type") ?? "", /^application\/json/);
  assert.equal((rows.body as { rows: unknown[] }).rows.length, cells.length);
  await stillWell();
});

test("refuses SQL that reaches for files or the network as a view", () =>
  refuses(
    Object.fromEntries(
      [
        "select * from read_csv('/etc/passwd')",
        "select * from 'https://example.com/x.csv'",
        "copy (select 1) to '/tmp/x'",
        "select 1; drop table t",
        "attach 'x.db'",
      ].map((sql, index) => [
        sql,
        () => product.call("POST", "/api/v1/views", { key: product.adminKey, body: { name: `view-${index}`, sql } }),
      ]),
    ),
  ));

test("streams of progress leave room for every other call, and a stop ends though they stay and a lock holds all connections", async () => {
  const { pool, organisation } = product.running.product;
  const job = randomUUID();
  await pool.query(
    `insert into job (id, organisation, kind, state, model, table_version_id, input, created_at, created_by)
     values ($1, $2, 'training', 'queued', 'm', $1, '{}', now(), '{"kind":"admin","id":null,"name":"admin key"}')`,
    [job, organisation],
  );
  const headers = { authorization: `Bearer ${product.adminKey}` };
  const ask = (path: string) => fetch(`${product.url}${path}`, { headers });
  const streams = await Promise.all(Array.from({ length: 40 }, () => ask(`/api/v1/jobs/${idFromUuid("job", job)}/events`)));
  const open = streams.filter(({ status }) => status === 200);
  assert.equal(open.length, 32);
  for (const { status, headers: told } of streams.filter((stream) => !open.includes(stream)))
    assert.deepEqual([status, told.get("retry-after")], [503, "5"]);
  await open.pop()?.body?.cancel();
  await stillWell();
  open.push(
    await again(async () =>
      ((reply) => (reply.status === 200 ? reply : undefined))(await ask(`/api/v1/jobs/${idFromUuid("job", job)}/events`)),
    ),
  );

  const outsider = new pg.Client({ connectionString: product.databaseUrl });
  await outsider.connect();
  await outsider.query("begin; lock table customer, model in access exclusive mode");
  const waiting = Array.from({ length: 30 }, () => ask("/api/v1/customers").catch(() => undefined));
  await again(async () => (pool.waitingCount > 0 ? true : undefined));
  await product.running.stop();
  await outsider.end();
  await Promise.all(waiting);
  await Promise.all(open.map((stream) => stream.text().catch(() => undefined)));
});

async function again<T>(attempt: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await attempt();
    if (found !== undefined) return found;
    await setTimeout(20);
  }
}
