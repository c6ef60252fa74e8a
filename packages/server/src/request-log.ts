/** One JSON line a request, gathered and written a few times a second so that a busy server does not wait for its log. */
import type { Principal } from "@megalith/platform/foundation";
import type { FastifyRequest } from "fastify";

export interface RequestFacts {
  readonly request: FastifyRequest;
  readonly status: number;
  readonly elapsedMs: number;
  readonly principal: Principal | null;
  readonly code: string | null;
}

export interface RequestLog {
  add(facts: RequestFacts): void;
  flush(): void;
}

const flushMs = 200;

export function requestLog(write: (text: string) => void, now: () => Date): RequestLog {
  let lines: string[] = [];
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (lines.length === 0) return;
    const text = `${lines.join("\n")}\n`;
    lines = [];
    write(text);
  };
  return {
    add(facts) {
      lines.push(toLine(facts, now()));
      timer ??= setTimeout(flush, flushMs).unref();
    },
    flush,
  };
}

function toLine({ request, status, elapsedMs, principal, code }: RequestFacts, time: Date): string {
  return JSON.stringify({
    time: time.toISOString(),
    requestId: request.id,
    method: request.method,
    route: request.routeOptions.url ?? null,
    status,
    ms: Math.round(elapsedMs * 100) / 100,
    actor: principal === null ? null : principal.actor.kind,
    actorId: principal === null ? null : principal.actor.id,
    ...(code === null ? {} : { code }),
  });
}
