/**
 * A load generator that costs little: keep-alive connections over plain sockets, one request at a time on each.
 *
 * Runs as a process of its own: `node bench/load.ts <json>`; prints one JSON line with calls, seconds and latencies in ms.
 */
import { connect } from "node:net";

export interface Load {
  readonly port: number;
  readonly path: string;
  readonly key: string;
  readonly body: string;
  readonly connections: number;
  readonly seconds: number;
}

export interface Measured {
  readonly calls: number;
  readonly failures: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const readBytes = 65_536;
const nothing = Buffer.alloc(0);
const headEnd = Buffer.from("\r\n\r\n");
const ok = Buffer.from("HTTP/1.1 200");

async function run(load: Load): Promise<Measured> {
  const request = Buffer.from(
    `POST ${load.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${load.key}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(load.body)}\r\n\r\n${load.body}`,
  );
  const latencies: number[] = [];
  let failures = 0;
  const startedAt = performance.now();
  const end = startedAt + load.seconds * 1000;
  await Promise.all(Array.from({ length: load.connections }, () => oneConnection(load.port, request, end, latencies, () => failures++)));
  const seconds = (performance.now() - startedAt) / 1000;
  latencies.sort((a, b) => a - b);
  const at = (share: number): number => Math.round((latencies[Math.floor(latencies.length * share)] ?? 0) * 100) / 100;
  return { calls: latencies.length, failures, perSecond: Math.round(latencies.length / seconds), p50Ms: at(0.5), p99Ms: at(0.99) };
}

/** Reads into a buffer of its own: streams would cost more than all else here. */
function oneConnection(port: number, request: Buffer, end: number, latencies: number[], onFailure: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const buffer = Buffer.alloc(readBytes);
    let received = nothing;
    let sentAt = 0;
    const send = (): void => {
      sentAt = performance.now();
      socket.write(request);
    };
    const onReply = (reply: Buffer): void => {
      const now = performance.now();
      latencies.push(now - sentAt);
      if (reply.compare(ok, 0, ok.length, 0, ok.length) !== 0) onFailure();
      if (now >= end) socket.end();
      else send();
    };
    const callback = (count: number): boolean => {
      // A reply comes in one piece, but nothing promises it.
      const reply = received.length === 0 ? buffer.subarray(0, count) : Buffer.concat([received, buffer.subarray(0, count)]);
      if (isWhole(reply)) {
        received = nothing;
        onReply(reply);
      } else received = Buffer.from(reply);
      return true;
    };
    const socket = connect({ port, host: "127.0.0.1", noDelay: true, onread: { buffer, callback } });
    socket.on("connect", send);
    socket.on("error", reject);
    socket.on("close", () => resolve());
  });
}

function isWhole(reply: Buffer): boolean {
  const head = reply.indexOf(headEnd);
  if (head < 0) return false;
  const length = Number(/content-length: (\d+)/i.exec(reply.toString("latin1", 0, head))?.[1] ?? 0);
  return reply.length >= head + headEnd.length + length;
}

const [given] = process.argv.slice(2);
if (given !== undefined && import.meta.main) console.log(JSON.stringify(await run(JSON.parse(given) as Load)));
