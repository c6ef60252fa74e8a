/** The front door of the client: `callRoute(options, routes.decide, { params, body, idempotencyKey })`. */
export { addressOf, type CallParts, type ClientOptions, callRoute, callRouteForBytes, callRouteForStream } from "./call-route.ts";
export { ClientError, type ClientProblem } from "./client-error.ts";
