/** Every setting is enforced and documented: a setting without a row here fails the test. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { type ClientRequest, request } from "node:http";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ConfigError, readConfig, settings } from "../packages/server/src/config.ts";
import { freePort } from "./free-port.fixture.ts";
import { type StartedProduct, startProduct } from "./start-product.ts";

const host = "127.0.0.2";
const proxy = "127.0.0.0/8";
let port: number;
let metricsPort: number;
/** Each setting is something else than by default in one, and by default in the other. */
let changed: StartedProduct;
let plain: StartedProduct;

before(async () => {
  port = await freePort(host);
  metricsPort = await freePort(host);
  changed = await startProduct({
    demo: true,
    environment: {
      MEGALITH_HOST: host,
      MEGALITH_PORT: String(port),
      MEGALITH_METRICS_HOST: host,
      MEGALITH_METRICS_PORT: String(metricsPort),
      MEGALITH_WORKERS: "2",
      MEGALITH_IMPORTS: "1",
      MEGALITH_VIEW_SECONDS: "1",
      MEGALITH_SECURE_COOKIES: "true",
      MEGALITH_TRUSTED_PROXIES: proxy,
      MEGALITH_REQUEST_LOG: "true",
    },
  });
  plain = await startProduct({ demo: false });
});
after(async () => {
  await changed.stop();
  await plain.stop();
});

/** An upload that goes on forever. */
function openUpload(product: StartedProduct, name: string): ClientRequest {
  const upload = request(`${product.url}/api/v1/tables?name=${name}`, {
    method: "POST",
    headers: { authorization: `Bearer ${product.adminKey}`, "content-type": "text/csv" },
  });
  upload.on("error", () => undefined);
  upload.write("a,b\n1,2\n");
  return upload;
}

function signIn(product: StartedProduct, secret: string, from: string) {
  return product.call("POST", "/api/v1/sessions", { body: { adminKey: secret }, headers: { "x-forwarded-for": from } });
}

/** Lines that the server writes of requests meanwhile. */
async function requestLines(product: StartedProduct): Promise<{ method: string; route: string; status: number }[]> {
  const lines: string[] = [];
  const { write } = process.stdout;
  process.stdout.write = ((text: string, ...rest: never[]) => {
    if (!String(text).startsWith('{"time":')) return write.call(process.stdout, text, ...rest);
    lines.push(...String(text).trim().split("\n"));
    return true;
  }) as typeof write;
  try {
    await product.call("GET", "/api/v1/customers", { key: product.adminKey });
    await new Promise((resolve) => setTimeout(resolve, 600));
  } finally {
    process.stdout.write = write;
  }
  return lines.map((line) => JSON.parse(line)).filter(({ route }) => route === "/api/v1/customers");
}

const proofs: Record<keyof typeof settings, () => Promise<void>> = {
  port: async () => assert.equal(new URL(changed.url).port, String(port)),
  host: async () => {
    assert.equal((await fetch(`http://${host}:${port}/v2/health/live`)).status, 200);
    await assert.rejects(fetch(`http://127.0.0.1:${port}/v2/health/live`), /fetch failed/);
    assert.equal(new URL(plain.url).hostname, "127.0.0.1");
  },
  dataFolder: async () => {
    for (const { dataFolder } of [changed, plain]) assert.ok(existsSync(join(dataFolder, "admin.key")), dataFolder);
  },
  databaseUrl: async () => {
    assert.ok(!existsSync(join(changed.dataFolder, "postgres")), "no PostgreSQL of its own is started");
    const found = await changed.running.product.pool.query<{ name: string }>("select current_database() as name");
    assert.equal(`/${found.rows[0]?.name}`, new URL(changed.databaseUrl).pathname);
  },
  metricsHost: async () => {
    const reply = await fetch(`http://${host}:${metricsPort}/metrics`);
    assert.equal(reply.status, 200);
    assert.match(await reply.text(), /^megalith_process_resident_memory_bytes/m);
    await assert.rejects(fetch(`http://127.0.0.1:${metricsPort}/metrics`), /fetch failed/);
    for (const product of [changed, plain]) {
      assert.equal((await product.call("GET", "/metrics")).status, 401, "on the common address it needs a key");
      assert.match((await product.call("GET", "/metrics", { key: product.adminKey })).text, /^megalith_requests_total/m);
    }
    assert.equal((await changed.call("GET", "/metrics", { key: changed.customerKey })).status, 404);
  },
  metricsPort: async () => {
    assert.equal((await fetch(`http://${host}:${metricsPort}/metrics?x=1`)).status, 200);
    for (const path of ["/", "/api/v1/services", "/docs"])
      assert.equal((await fetch(`http://${host}:${metricsPort}${path}`)).status, 404, `${path} is not there`);
  },
  trainingThreads: async () => {
    assert.equal(changed.running.workerPids().length, 2);
    assert.equal(plain.running.workerPids().length, 1);
  },
  imports: async () => {
    // Uploads that never end hold their places: one is read and sixteen wait, or two and sixteen.
    for (const [product, places] of [
      [changed, 17],
      [plain, 18],
    ] as const) {
      const uploads = Array.from({ length: places }, (_, index) => openUpload(product, `held-${index}`));
      await new Promise((resolve) => setTimeout(resolve, 1000));
      const late = await product.call("POST", "/api/v1/tables?name=late", {
        key: product.adminKey,
        body: "a\n1\n",
        headers: { "content-type": "text/csv" },
      });
      for (const upload of uploads) upload.destroy();
      assert.equal(late.status, 503, `${places} places: ${late.text}`);
      assert.ok(Number(late.headers.get("retry-after")) >= 1);
    }
  },
  viewSeconds: async () => {
    const sql = "with recursive t(n) as (select 1 union all select n + 1 from t) select count(*) as c from t";
    const startedAt = performance.now();
    const reply = await changed.call("POST", "/api/v1/views", { key: changed.adminKey, body: { name: "endless", sql } });
    assert.ok(reply.status >= 400 && reply.status < 500, reply.text);
    assert.match(reply.text, /tables\.view_limit/);
    assert.ok(performance.now() - startedAt < 20_000, "long before the 30 seconds of the default");
  },
  secureCookies: async () => {
    assert.match((await signIn(changed, changed.adminKey, "192.0.2.1")).headers.get("set-cookie") ?? "", /; Secure/);
    assert.doesNotMatch((await signIn(plain, plain.adminKey, "192.0.2.1")).headers.get("set-cookie") ?? "", /; Secure/);
  },
  trustedProxies: async () => {
    const fail = async (product: StartedProduct, from: string) => (await signIn(product, "wrong", from)).status;
    // Who failed so often waits a second: what is asked of that comes at once.
    for (let count = 0; count < 30; count++) assert.equal(await fail(changed, "192.0.2.7"), 401);
    assert.equal(await fail(changed, "192.0.2.7"), 429);
    assert.equal(await fail(changed, "192.0.2.8"), 401, "another caller of the trusted proxy");
    for (let count = 0; count < 30; count++) assert.equal(await fail(plain, "192.0.2.7"), 401);
    assert.equal(await fail(plain, "192.0.2.8"), 429, "who is no trusted proxy is itself the caller");
  },
  requestLog: async () => {
    const lines = await requestLines(changed);
    assert.deepEqual(
      lines.map(({ method, status }) => [method, status]),
      [["GET", 200]],
    );
    assert.deepEqual(await requestLines(plain), []);
    const { isTTY } = process.stdout;
    process.stdout.isTTY = true;
    try {
      for (const product of [changed, plain]) assert.deepEqual(await requestLines(product), [], "a terminal is for people");
    } finally {
      process.stdout.isTTY = isTTY;
    }
    assert.match(await readFile(join(changed.dataFolder, "requests.log"), "utf8"), /"route":"\/api\/v1\/customers","status":200/);
    assert.ok(!existsSync(join(plain.dataFolder, "requests.log")));
  },
  demo: async () => {
    for (const [product, names] of [
      [changed, ["credit-risk"]],
      [plain, []],
    ] as const) {
      const { body } = await product.call("GET", "/api/v1/services", { key: product.adminKey });
      assert.deepEqual(
        (body as { items: { name: string }[] }).items.map(({ name }) => name),
        names,
      );
    }
    assert.ok(!existsSync(join(plain.dataFolder, "demo.key")));
  },
};

test("every setting has a row, and every row is a setting", () => {
  assert.deepEqual(Object.keys(proofs).sort(), Object.keys(settings).sort());
});

for (const [key, { name }] of Object.entries(settings) as [keyof typeof settings, { name: string }][])
  test(`${name} is in force`, () => proofs[key]());

test("every setting stands in the reference", async () => {
  const page = await readFile(join(import.meta.dirname, "../docs/reference/configuration.md"), "utf8");
  for (const { name, doc } of Object.values(settings)) assert.ok(page.includes(`\`${name}\``) && page.includes(doc), name);
});

test("all faults are told at once, an unknown name is one, and a secret is not repeated", () => {
  const environment = {
    MEGALITH_PORT: "eighty",
    MEGALITH_WORKERS: "0",
    MEGALITH_DEMO: "yes",
    MEGALITH_HOST: " ",
    MEGALITH_TRUSTED_PROXIES: "proxy.local",
    MEGALITH_COLOUR: "red",
    DATABASE_URL: " ",
  };
  assert.throws(
    () => readConfig(environment),
    (error) => {
      assert.ok(error instanceof ConfigError);
      assert.equal(error.faults.length, 7);
      for (const name of Object.keys(environment)) assert.ok(error.message.includes(name), name);
      return true;
    },
  );
});
