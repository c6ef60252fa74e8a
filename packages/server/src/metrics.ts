/**
 * The figures that Prometheus reads: requests, decisions, batches, jobs, the process.
 *
 * Labels are bounded: a route is its pattern, a method one of the known, services beyond the first few hundred are "other".
 * No label ever holds a customer, a member or a key. Units are base units and stand last in each name.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { metricsMedia } from "@megalith/contract";
import { Counter, collectDefaultMetrics, Gauge, Histogram, type Registry } from "prom-client";
import type { RequestFacts } from "./request-log.ts";

export interface MetricsUses {
  readonly registry: Registry;
  /** How many jobs are in each state now; asked when the figures are read. */
  readonly countJobs: () => Promise<Readonly<Record<string, number>>>;
}

export interface Metrics {
  readonly countRequest: (facts: Pick<RequestFacts, "request" | "status" | "elapsedMs">) => void;
  readonly countDecisions: (service: string, count: number) => void;
  readonly countBatch: (calls: number) => void;
  readonly text: () => Promise<string>;
}

const serviceLimit = 300;
const methods = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);
const durationSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60];
const batchCalls = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];

export function createMetrics({ registry, countJobs }: MetricsUses): Metrics {
  const registers = [registry];
  const requests = new Counter({
    name: "megalith_requests_total",
    help: "Answered requests.",
    labelNames: ["route", "method", "code"],
    registers,
  });
  const durations = new Histogram({
    name: "megalith_request_duration_seconds",
    help: "From the first byte of a request to the last of its reply.",
    labelNames: ["route", "method"],
    buckets: durationSeconds,
    registers,
  });
  const decisions = new Counter({ name: "megalith_decisions_total", help: "Answered records.", labelNames: ["service"], registers });
  const batches = new Histogram({
    name: "megalith_batch_calls",
    help: "Calls that were made durable together.",
    buckets: batchCalls,
    registers,
  });
  new Gauge({
    name: "megalith_jobs",
    help: "Jobs by state.",
    labelNames: ["state"],
    registers,
    async collect() {
      this.reset();
      for (const [state, count] of Object.entries(await countJobs())) this.set({ state }, count);
    },
  });
  collectDefaultMetrics({ register: registry, prefix: "megalith_" });
  const services = boundedNames(serviceLimit);
  // A child remembers its labels: looking them up for every request costs more than to count.
  const requestsOf = remembered((route, method, code) => requests.labels({ route, method, code }));
  const durationsOf = remembered((route, method) => durations.labels({ route, method }));
  const decisionsOf = remembered((service) => decisions.labels({ service }));
  return {
    countRequest: ({ request, status, elapsedMs }) => {
      const route = request.routeOptions.url ?? "none";
      const method = methods.has(request.method) ? request.method : "other";
      requestsOf(route, method, String(status)).inc();
      durationsOf(route, method).observe(elapsedMs / 1000);
    },
    countDecisions: (service, count) => decisionsOf(services(service)).inc(count),
    countBatch: (calls) => batches.observe(calls),
    text: () => registry.metrics(),
  };
}

/** What `make` gave for the same labels, which are bounded. */
function remembered<L extends string[], T>(make: (...labels: L) => T): (...labels: L) => T {
  const made = new Map<string, T>();
  return (...labels) => {
    const name = labels.length === 1 ? (labels[0] as string) : labels.join("\n");
    let found = made.get(name);
    if (found === undefined) {
      found = make(...labels);
      made.set(name, found);
    }
    return found;
  };
}

/** The first `limit` names as they are, every later one as "other". */
function boundedNames(limit: number): (name: string) => string {
  const known = new Set<string>();
  return (name) => {
    if (known.has(name)) return name;
    if (known.size >= limit) return "other";
    known.add(name);
    return name;
  };
}

export interface MetricsListener {
  readonly port: number;
  close(): Promise<void>;
}

/** Serves the figures without a key on an address that only Prometheus reaches. */
export async function listenForMetrics(
  metrics: Metrics,
  address: { readonly host: string; readonly port: number },
): Promise<MetricsListener> {
  const server = createServer((request, response) => {
    if (request.method !== "GET" || request.url?.split("?")[0] !== "/metrics") {
      response.writeHead(404).end();
      return;
    }
    metrics.text().then(
      (text) => response.writeHead(200, { "content-type": metricsMedia }).end(text),
      () => response.writeHead(503, { "retry-after": "1" }).end(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(address.port, address.host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
