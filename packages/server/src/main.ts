/**
 * Starts Megalith and stops it in reverse: database, schema, domains, HTTP, workers, and the demo service on the first run.
 *
 * /v2/health/ready answers 200 once calls are answered; listening alone does not say so.
 */
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { openapiOf, routes } from "@megalith/contract";
import { adminKeyFile } from "@megalith/platform/accounts";
import { migrate, openPool, startEmbeddedPostgres, systemClock, systemRandom, uuidMaker } from "@megalith/platform/foundation";
import type { FastifyInstance } from "fastify";
import { Registry } from "prom-client";
import { buildApp } from "./app.ts";
import { authenticator, authorise } from "./authenticate.ts";
import { leaveAddress } from "./backup/backup-folder.ts";
import { type Config, type Environment, readConfig } from "./config.ts";
import { consolePages } from "./console-files.ts";
import { openDataFolder } from "./data-folder.ts";
import { DatabaseProbe } from "./database-probe.ts";
import { curlLine, firstRun } from "./first-run.ts";
import { createMetrics, listenForMetrics } from "./metrics.ts";
import { ownership } from "./ownership.ts";
import { buildProduct, type Product } from "./product.ts";
import { release } from "./release.ts";
import { requestFile } from "./request-file.ts";
import { requestLog } from "./request-log.ts";
import { allRoutes } from "./routes/all-routes.ts";
import { startWorkers } from "./worker-process.ts";

export interface UpOptions {
  readonly consoleFolder?: string | undefined;
  /** Told what people should read, a line at a time. */
  readonly onLine: (line: string) => void;
  readonly environment?: Environment;
  /** Ends the server; without it SIGINT and SIGTERM do. */
  readonly signal?: AbortSignal;
  /** How long a stop waits, in all, for parts that do not end: whoever waits for a lock or a connection is left behind. */
  readonly stopMs?: number;
  /** Monotonic milliseconds. */
  readonly elapsedMs?: () => number;
}

export interface Running {
  /** `http://127.0.0.1:8080` */
  readonly url: string;
  readonly product: Product;
  readonly workerPids: () => number[];
  readonly postgresPid: () => number | undefined;
  stop(): Promise<void>;
}

/** Where request lines go while a person reads standard output. */
const requestsFile = "requests.log";
const housekeepingMs = 3_600_000;
/** With what PostgreSQL itself is given, a stop takes ten seconds at most. */
const stopMs = 4000;
const leastStepMs = 200;

/** Starts, says what to do next, and stays until told to stop. */
export async function up(options: UpOptions): Promise<void> {
  // From the beginning, and as often as it comes: one Ctrl-C arrives by the terminal, by npm and by the launcher.
  const asked = new Promise<void>((done) => {
    options.signal?.addEventListener("abort", () => done());
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => done());
  });
  const running = await start(options);
  await asked;
  options.onLine("Stopping …");
  await running.stop();
  // Whatever was left behind may hold a connection, which would hold the process.
  setTimeout(() => process.exit(), leastStepMs).unref();
}

/** Starts and hands over; what was started is stopped again when a later step fails. */
export async function start(options: UpOptions): Promise<Running> {
  const config = readConfig(options.environment);
  const dataFolder = resolve(config.dataFolder);
  await openDataFolder(dataFolder);
  const elapsedMs = options.elapsedMs ?? (() => performance.now());
  const undo: (() => Promise<unknown>)[] = [];
  let stopDatabase = async (): Promise<void> => undefined;
  const stop = async (): Promise<void> => {
    const end = elapsedMs() + (options.stopMs ?? stopMs);
    for (const step of undo.splice(0).reverse()) await within(Math.max(leastStepMs, end - elapsedMs()), step);
    await stopDatabase();
  };
  try {
    let postgresPid = (): number | undefined => undefined;
    let url = config.databaseUrl;
    if (url === null) {
      const postgres = await startEmbeddedPostgres({ folder: join(dataFolder, "postgres"), log: () => undefined });
      stopDatabase = () => postgres.stop();
      url = postgres.url;
      postgresPid = postgres.pid;
    }
    const pool = openPool({ connectionString: url, max: 20 });
    undo.push(() => pool.end());
    await migrate(pool);
    undo.push(await leaveAddress(dataFolder, url));
    const newUuid = uuidMaker(systemClock, systemRandom);
    const metrics = createMetrics({ registry: new Registry(), countJobs: async () => product.jobs.countByState() });
    const product: Product = await buildProduct({
      pool,
      databaseUrl: url,
      dataFolder,
      clock: systemClock,
      random: systemRandom,
      newUuid,
      imports: config.imports,
      viewSeconds: config.viewSeconds,
      onDecided: metrics.countDecisions,
      onBatch: metrics.countBatch,
    });
    undo.push(() => product.stop());
    await sweepArtifacts(product, options.onLine);

    const state = { ready: false };
    const probe = new DatabaseProbe({ pool, elapsedMs });
    const isReady = async () => state.ready && (await probe.answers());
    const file = requestFile(join(dataFolder, requestsFile));
    const log = requestLog(
      (text) => (process.stdout.isTTY ? file.write(text) : process.stdout.write(text)),
      () => systemClock.now(),
    );
    undo.push(() => file.flushed());
    if (config.metricsHost !== null) {
      const figures = await listenForMetrics(metrics, { host: config.metricsHost, port: config.metricsPort });
      undo.push(() => figures.close());
    }
    const app = buildApp({
      routes: allRoutes(product, { config, isReady, document: openapiOf(routes, { version: release }), metrics }),
      newUuid,
      authenticate: authenticator(product),
      authorise,
      requireOwn: ownership(product),
      onRequestDone: (facts) => {
        metrics.countRequest(facts);
        if (config.requestLog) log.add(facts);
      },
      trustedProxies: config.trustedProxies ?? [],
      page: await consolePages(options.consoleFolder),
    });
    undo.push(async () => log.flush());
    const address = await listenOn(app, config.host, config.port);
    undo.push(() => {
      state.ready = false;
      return app.close();
    });
    const workers = startWorkers({ count: config.trainingThreads, settings: { databaseUrl: url, dataFolder }, log: () => undefined });
    undo.push(() => workers.stop());
    const timer = setInterval(() => void keepHouse(product, options.onLine), housekeepingMs).unref();
    undo.push(async () => clearInterval(timer));
    state.ready = true;
    if (config.demo) await firstRun(product, dataFolder, options.onLine);
    await greet(options.onLine, address, dataFolder, product, config, options.consoleFolder !== undefined);
    return { url: address, product, workerPids: workers.pids, postgresPid, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Waits for a step of a stop that ends, by itself or by a fault, and leaves one behind that does not. */
async function within(ms: number, step: () => Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([Promise.try(step).catch(() => undefined), late]);
  clearTimeout(timer);
}

async function listenOn(app: FastifyInstance, host: string, port: number): Promise<string> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    if ((error as { code?: string }).code !== "EADDRINUSE") throw error;
    throw new Error(`Port ${port} is taken. Stop what uses it, or choose another: MEGALITH_PORT=${port + 1} npm start`);
  }
  const { port: bound } = app.server.address() as AddressInfo;
  return `http://${host === "0.0.0.0" ? "127.0.0.1" : host}:${bound}`;
}

/** Partitions ahead, old decisions and what no version needs away. A failure is tried again in an hour. */
async function keepHouse(product: Product, say: (line: string) => void): Promise<void> {
  await product.log.preparePartitions().catch(() => undefined);
  await product.log.forget().catch(() => undefined);
  await sweepArtifacts(product, say).catch(() => undefined);
}

async function sweepArtifacts(product: Product, say: (line: string) => void): Promise<void> {
  const count = await product.registry.sweepArtifacts();
  if (count > 0) say(`Removed ${count} artifact file(s) that a process which died left without a version.`);
}

async function greet(
  say: (line: string) => void,
  url: string,
  dataFolder: string,
  product: Product,
  config: Config,
  hasConsole: boolean,
): Promise<void> {
  say("");
  say(`Megalith is ready.`);
  if (hasConsole) say(`  Console    ${url}`);
  say(`  Admin key  ${join(dataFolder, adminKeyFile)}`);
  say(`  API        ${url}/docs`);
  if (config.requestLog && process.stdout.isTTY) say(`  Requests   ${join(dataFolder, requestsFile)}`);
  if (!config.demo) return;
  say("");
  say("Ask the demo service:");
  say(await curlLine(product, url, dataFolder));
}
