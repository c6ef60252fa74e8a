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

function oneConnection(port: number, request: Buffer, end: number, latencies: number[], onFailure: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    socket.setNoDelay(true);
    let sentAt = 0;
    let received = "";
    const send = (): void => {
      sentAt = performance.now();
      received = "";
      socket.write(request);
    };
    socket.on("connect", send);
    socket.on("error", reject);
    socket.on("close", () => resolve());
    socket.on("data", (chunk) => {
      received += chunk.toString("latin1");
      const head = received.indexOf("\r\n\r\n");
      if (head < 0) return;
      const length = Number(/content-length: (\d+)/i.exec(received)?.[1] ?? 0);
      if (received.length < head + 4 + length) return;
      const now = performance.now();
      latencies.push(now - sentAt);
      if (!received.startsWith("HTTP/1.1 200")) onFailure();
      if (now >= end) socket.end();
      else send();
    });
  });
}

const [given] = process.argv.slice(2);
if (given !== undefined && import.meta.main) console.log(JSON.stringify(await run(JSON.parse(given) as Load)));
