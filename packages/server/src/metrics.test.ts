import assert from "node:assert/strict";
import { test } from "node:test";
import { Registry } from "prom-client";
import { createMetrics, listenForMetrics, type Metrics } from "./metrics.ts";
import type { RequestFacts } from "./request-log.ts";

function create(): Metrics {
  return createMetrics({ registry: new Registry(), countJobs: async () => ({ running: 2, queued: 1 }) });
}

function facts(method: string, route: string | undefined, status: number): Parameters<Metrics["countRequest"]>[0] {
  return { request: { method, routeOptions: { url: route } } as unknown as RequestFacts["request"], status, elapsedMs: 12 };
}

/** Label sets of one metric. */
function linesOf(text: string, name: string): string[] {
  return text.split("\n").filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
}

test("counts requests by the pattern of their route, in seconds", async () => {
  const metrics = create();
  metrics.countRequest(facts("POST", "/api/v1/services/:service/decide", 200));
  metrics.countRequest(facts("POST", "/api/v1/services/:service/decide", 200));
  const text = await metrics.text();
  assert.deepEqual(linesOf(text, "megalith_requests_total"), [
    'megalith_requests_total{route="/api/v1/services/:service/decide",method="POST",code="200"} 2',
  ]);
  assert.match(text, /megalith_request_duration_seconds_sum\{[^}]*\} 0\.024\n/);
});

test("holds labels within bounds whatever is called", async () => {
  const metrics = create();
  for (let index = 0; index < 1000; index++) {
    metrics.countRequest(facts(`M${index}`, undefined, 404));
    metrics.countDecisions(`service-${index}`, 1);
  }
  const text = await metrics.text();
  assert.deepEqual(linesOf(text, "megalith_requests_total"), ['megalith_requests_total{route="none",method="other",code="404"} 1000']);
  const services = linesOf(text, "megalith_decisions_total");
  assert.equal(services.length, 301);
  assert.ok(services.includes('megalith_decisions_total{service="other"} 700'));
});

test("asks for the jobs when it is read, and tells the sizes of batches", async () => {
  const metrics = create();
  metrics.countBatch(3);
  const text = await metrics.text();
  assert.deepEqual(linesOf(text, "megalith_jobs"), ['megalith_jobs{state="running"} 2', 'megalith_jobs{state="queued"} 1']);
  assert.match(text, /megalith_batch_calls_sum 3\n/);
  assert.match(text, /megalith_process_resident_memory_bytes \d+/);
});

test("serves the figures, and nothing else, on an address of their own", async () => {
  const listener = await listenForMetrics(create(), { host: "127.0.0.1", port: 0 });
  try {
    const address = `http://127.0.0.1:${listener.port}`;
    const reply = await fetch(`${address}/metrics`);
    assert.equal(reply.status, 200);
    assert.match(reply.headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/);
    assert.match(await reply.text(), /megalith_jobs/);
    assert.equal((await fetch(`${address}/api/v1/services`)).status, 404);
    assert.equal((await fetch(`${address}/metrics`, { method: "POST" })).status, 404);
  } finally {
    await listener.close();
  }
});
