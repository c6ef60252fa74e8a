import { idFromUuid, MegalithError, type Problem, problem, type RouteSpec } from "@megalith/contract";
import type { NewUuid, Principal } from "@megalith/platform/foundation";
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { ArrivingBodies } from "./arriving-bodies.ts";
import { missingScope } from "./authenticate.ts";
import { errorBody, namingWhat, soughtBy, toMegalithError } from "./error-reply.ts";
import { jsonError } from "./json-fault.ts";
import { languageOf } from "./language.ts";
import { nearRoute } from "./near-route.ts";
import type { RequireOwn } from "./ownership.ts";
import type { RequestFacts } from "./request-log.ts";
import type { BoundRoute } from "./route.ts";
import { jsonLimitBytes, toCall } from "./route-call.ts";
import { refuseBadText, validatorOf } from "./validation.ts";

export interface RequestHead {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface AppOptions {
  readonly routes: readonly BoundRoute[];
  readonly newUuid: NewUuid;
  /** At once when the caller is remembered: most calls then wait for nothing before their body. */
  readonly authenticate: (head: RequestHead) => Promise<Principal | null> | Principal | null;
  /** @throws MegalithError "access.…", or "request.no_such_route" for a customer at a provider's route. */
  readonly authorise: (access: RouteSpec["access"], principal: Principal | null) => void;
  /** @throws MegalithError "request.not_found" when the path names a thing that is not the caller's. */
  readonly requireOwn: RequireOwn;
  /** Called once a request. */
  readonly onRequestDone: (facts: RequestFacts) => void;
  /** A page of the console for a path that is no route; undefined when there is none. */
  readonly page: (path: string) => Promise<{ readonly body: Uint8Array; readonly headers: Readonly<Record<string, string>> } | undefined>;
  readonly maxInFlight?: number;
  /** How long the body of a call may take to arrive; an upload has a rule of its own. */
  readonly bodyMs?: number;
  /** Proxies whose X-Forwarded-For is believed, as addresses or networks; of anybody else it is not read. */
  readonly trustedProxies?: readonly string[];
}

/** What becomes known of a request on its way. */
interface Known {
  principal: Principal | null;
  code: string | null;
  readonly reply?: FastifyReply;
}

declare module "fastify" {
  interface FastifyContextConfig {
    /** What kind of thing a route's path names; see error-reply.ts. */
    readonly sought?: string;
  }
  interface FastifyRequest {
    /** Null before the first hook ran. A property, not a WeakMap: its entries outlive every young collection. */
    known: Known | null;
  }
}

const nobody: Known = { principal: null, code: null };
const headersTimeoutMs = 20_000;
const bodyTimeoutMs = 60_000;
const leftBodyLimitBytes = 16 * 1024 * 1024;

export function buildApp(options: AppOptions): FastifyInstance {
  const app = fastify({
    bodyLimit: jsonLimitBytes,
    exposeHeadRoutes: false,
    forceCloseConnections: true,
    genReqId: () => idFromUuid("request", options.newUuid()),
    keepAliveTimeout: 72_000,
    logger: false,
    requestTimeout: 0,
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => refusePath(error, request, reply, options),
    ...(options.trustedProxies?.length ? { trustProxy: [...options.trustedProxies] } : {}),
    routerOptions: { caseSensitive: true, maxParamLength: 300 },
  } as Parameters<typeof fastify>[0]) as unknown as FastifyInstance;
  app.server.headersTimeout = headersTimeoutMs;
  app.decorateRequest("known", null);
  const bodyMs = options.bodyMs ?? bodyTimeoutMs;
  const bodies = new ArrivingBodies(bodyMs, (request) => endLate(request, bodyMs));
  app.addHook("onClose", async () => bodies.stop());
  addGuards(app, bodies, options);
  app.register(async (json) => {
    readJson(json, bodies);
    for (const route of options.routes) if (route.spec.streamedBody === undefined) addRoute(json, route, bodies, options);
  });
  app.register(async (streamed) => {
    streamed.removeAllContentTypeParsers();
    streamed.addContentTypeParser("*", (_request, payload, done) => done(null, payload));
    for (const route of options.routes) if (route.spec.streamedBody !== undefined) addRoute(streamed, route, bodies, options);
  });
  return app;
}

/** A path that cannot be one: no hook ran for it, so who calls is asked here, as for every path that is no route. */
function refusePath(error: Error, request: FastifyRequest, reply: FastifyReply, options: AppOptions): void {
  request.known = { principal: null, code: null };
  Promise.try(() => options.authenticate(request)).then(
    (principal) => sendError(principal === null ? new MegalithError("access.unauthenticated") : error, request, reply),
    (fault: unknown) => sendError(fault, request, reply),
  );
}

function addGuards(app: FastifyInstance, bodies: ArrivingBodies, options: AppOptions): void {
  const limit = options.maxInFlight ?? 4096;
  const specs = options.routes.map(({ spec }) => spec);
  let inFlight = 0;
  // Hooks with a callback: a promise for each would cost a call more than what the hook does.
  app.addHook("onRequest", (request, reply, done) => {
    inFlight++;
    // "close" comes also for a caller that hung up before a reply began.
    reply.raw.once("close", () => {
      inFlight--;
      bodies.end(request);
      // What a refused call left of its body may still be on its way.
      if (!request.raw.complete && !request.raw.destroyed) {
        bodies.begin(request);
        request.raw.once("close", () => bodies.end(request));
      }
    });
    request.known = { principal: null, code: null, reply };
    const { headers } = request;
    if (headers["content-length"] !== undefined || headers["transfer-encoding"] !== undefined) bodies.begin(request);
    if (inFlight > limit) done(new MegalithError("server.overloaded", { values: { seconds: 1 }, retryAfterSeconds: 1 }));
    else done();
  });
  app.addHook("onResponse", (request, reply, done) => {
    const { principal, code } = request.known ?? nobody;
    options.onRequestDone({ request, status: reply.statusCode, elapsedMs: reply.elapsedTime, principal, code });
    done();
  });
  app.setErrorHandler((error, request, reply) => sendError(error, request, reply));
  app.setNotFoundHandler(async (request, reply) => {
    const path = request.url.split("?")[0] ?? "/";
    if (request.method === "GET" && !/^\/(?:api|v2)(?:\/|$)/.test(path)) {
      const page = await options.page(path);
      if (page !== undefined) return reply.headers(page.headers).send(page.body);
    }
    const principal = await options.authenticate(request);
    if (principal === null) throw new MegalithError("access.unauthenticated");
    const route = nearRoute(request.method, path, specs, principal);
    throw new MegalithError("request.no_such_route", {
      problems: route === undefined ? [] : [problem("", "route", "routeMeant", { route })],
    });
  });
}

function readJson(app: FastifyInstance, bodies: ArrivingBodies): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/json", { parseAs: "string" }, (request, text, done) => {
    bodies.end(request);
    try {
      const source = text as string;
      const value: unknown = source === "" ? {} : JSON.parse(source);
      // Only an escape can bring a NUL or half a surrogate pair; bytes that are no UTF-8 were replaced already.
      if (source.includes("\\u") || source.includes("\0")) refuseBadText(value);
      done(null, value);
    } catch (error) {
      done(error instanceof MegalithError ? error : jsonError(text as string, error), undefined);
    }
  });
}

function addRoute(app: FastifyInstance, route: BoundRoute, bodies: ArrivingBodies, options: AppOptions): void {
  const { spec } = route;
  const validate = validatorOf(spec);
  const isInference = spec.body !== undefined && spec.path.startsWith("/v2/");
  app.route({
    method: spec.method,
    config: { sought: soughtBy(spec) },
    url: spec.path.replace(/\{(\w+)\}/g, ":$1"),
    ...(spec.bodyLimitBytes === undefined ? {} : { bodyLimit: spec.bodyLimitBytes }),
    onRequest: (request, _reply, done) => {
      // Clients of the Open Inference Protocol, Triton's own among them, leave the type of JSON out.
      if (isInference) request.headers["content-type"] ??= "application/json";
      if (spec.streamedBody !== undefined) bodies.end(request);
      const admit = (principal: Principal | null): void => {
        try {
          (request.known as Known).principal = principal;
          options.authorise(spec.access, principal);
          // No text that is kept can hold a NUL; of a body it is asked when it is read.
          if (request.url.includes("%00"))
            throw new MegalithError("request.malformed", { wordings: { reason: { key: "reason.addressNul" } } });
        } catch (error) {
          done(error as Error);
          return;
        }
        done();
      };
      if (spec.access.kind === "public") return admit(null);
      try {
        const found = options.authenticate(request);
        if (found instanceof Promise) found.then(admit, done);
        else admit(found);
      } catch (error) {
        done(error as Error);
      }
    },
    handler: (request, reply) => {
      const principal = request.known?.principal ?? null;
      const handle = (): Promise<unknown> => route.handle(toCall(spec, validate, request, reply, principal));
      const missing = missingScope(spec.access, principal);
      const handled =
        missing === null
          ? handle()
          : options.requireOwn(request.params as Record<string, string>, principal as Principal).then(() => {
              throw missing;
            });
      handled.then((result) => sendReply(spec, result, reply)).catch((error: unknown) => reply.send(toMegalithError(error, request)));
    },
  });
}

/** Tells a caller whose body did not arrive; one that was answered already is only let go. */
function endLate(request: FastifyRequest, bodyMs: number): void {
  const reply = request.known?.reply;
  const letGo = (): void => void request.raw.destroy();
  if (reply === undefined || reply.sent) letGo();
  else {
    reply.header("connection", "close").raw.once("finish", letGo);
    sendError(new MegalithError("request.timeout", { values: { seconds: bodyMs / 1000 } }), request, reply);
  }
}

/**
 * A body that a refused call did not read to its end stands before the next request on its connection: of a bounded one the
 * rest is read away, so that the caller gets the reply; any other ends with the connection.
 */
function leaveBody({ raw, headers }: FastifyRequest, reply: FastifyReply): void {
  if (raw.complete) return;
  const isBounded = Number(headers["content-length"] ?? Number.NaN) <= leftBodyLimitBytes;
  const hasBody = headers["content-length"] !== undefined || headers["transfer-encoding"] !== undefined;
  if (hasBody && !isBounded) reply.header("connection", "close");
  raw.unpipe();
  raw.resume();
}

function sendReply(spec: RouteSpec, result: unknown, reply: FastifyReply): FastifyReply {
  if (reply.statusCode === 200 && spec.status !== undefined) reply.code(spec.status);
  if (spec.status === 204 && result === undefined) return reply.code(204).send();
  if (spec.responseType !== undefined) {
    if (!reply.hasHeader("content-type")) reply.type(spec.responseType);
    reply.header("x-content-type-options", "nosniff");
    return reply.send(
      result instanceof Uint8Array && !Buffer.isBuffer(result) ? Buffer.from(result.buffer, result.byteOffset, result.byteLength) : result,
    );
  }
  reply.header("content-type", "application/json; charset=utf-8");
  return reply.send(typeof result === "string" ? result : JSON.stringify(result));
}

/** A problem in a reply of the Open Inference Protocol, which has one text for all. */
function inOneLine({ path, message, expected }: Problem): string {
  return ` ${path}: ${message}${expected === undefined ? "" : ` Expected: ${expected}.`}`;
}

function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const coded = namingWhat(toMegalithError(error, request), request);
  const mark = request.known;
  if (mark !== null) mark.code = coded.detail === undefined ? coded.code : `${coded.code}: ${coded.detail}`;
  if (coded.retryAfterSeconds !== undefined) reply.header("retry-after", String(coded.retryAfterSeconds));
  if (coded.status === 401) reply.header("www-authenticate", 'Bearer realm="megalith"');
  leaveBody(request, reply);
  const isOpenInference = request.url.startsWith("/v2");
  const body = isOpenInference
    ? { error: `${coded.message}${coded.problems.map((problem) => inOneLine(problem)).join("")}` }
    : errorBody(coded, request.id, languageOf(request.headers["accept-language"]));
  reply.code(coded.status).header("content-type", "application/json; charset=utf-8").send(JSON.stringify(body));
}
