/**
 * The whole product for a system test: a fresh database, a folder of its own, any free port, the demo service and keys.
 *
 * `call` speaks HTTP as a customer would; without a key it sends none. An error that its operation does not declare fails the test.
 */
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Running, start } from "../packages/server/src/main.ts";
import { assertDeclared } from "./declared-errors.fixture.ts";
import { type DemoState, openDemo, openEmpty } from "./demo.fixture.ts";

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; undefined when it is none. */
  readonly body: unknown;
}

export interface CallOptions {
  readonly key?: string | undefined;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface StartedProduct {
  readonly url: string;
  readonly dataFolder: string;
  readonly databaseUrl: string;
  readonly adminKey: string;
  /** Of the customer `demo`, who may ask the service `credit-risk`; empty without the demo. */
  readonly customerKey: string;
  readonly running: Running;
  call(method: string, path: string, options?: CallOptions): Promise<Answered>;
  stop(): Promise<void>;
}

export interface StartOptions {
  readonly demo?: boolean;
  readonly consoleFolder?: string | undefined;
  readonly environment?: Readonly<Record<string, string>>;
  readonly stopMs?: number;
}

export async function startProduct(options: StartOptions = {}): Promise<StartedProduct> {
  const { demo = true } = options;
  const state = demo ? await openDemo(async (empty) => (await run(empty, { demo })).stop()) : await openEmpty();
  const { database, dataFolder } = state;
  const running = await run(state, options).catch(async (error: unknown) => {
    await database.stop();
    throw error;
  });
  const secret = async (name: string): Promise<string> => (await readFile(join(dataFolder, name), "utf8")).trim();
  return {
    url: running.url,
    dataFolder,
    databaseUrl: database.url,
    adminKey: await secret("admin.key"),
    customerKey: demo ? await secret("demo.key") : "",
    running,
    async call(method, path, callOptions) {
      const answered = await send(`${running.url}${path}`, method, callOptions);
      assertDeclared(method, path, answered);
      return answered;
    },
    async stop() {
      await running.stop();
      await database.stop();
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}

function run({ database, dataFolder }: DemoState, { demo = true, consoleFolder, environment, stopMs }: StartOptions): Promise<Running> {
  return start({
    onLine: () => undefined,
    consoleFolder,
    ...(stopMs === undefined ? {} : { stopMs }),
    environment: {
      DATABASE_URL: database.url,
      MEGALITH_DATA: dataFolder,
      MEGALITH_PORT: "0",
      MEGALITH_REQUEST_LOG: "false",
      MEGALITH_DEMO: String(demo),
      ...environment,
    },
  });
}

/** A body that is text or bytes goes as it is, anything else as JSON. */
async function send(url: string, method: string, { key, body, headers }: CallOptions = {}): Promise<Answered> {
  const isRaw = typeof body === "string" || body instanceof Uint8Array || body instanceof ReadableStream;
  const reply = await fetch(url, {
    method,
    headers: {
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined || headers?.["content-type"] !== undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: (isRaw ? body : JSON.stringify(body)) as string, duplex: "half" }),
  });
  const text = await reply.text();
  return { status: reply.status, headers: reply.headers, text, body: parse(text) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
