/** The body of an upload as its handler reads it: no longer than its route takes, and no slower than a line that works. */
import { PassThrough, type Readable } from "node:stream";
import { MegalithError } from "@megalith/contract";

const windowMs = 60_000;
const leastBytes = 64 * 1024;

/** @returns a stream that fails with MegalithError "request.too_large" or, when a minute brings less than 64 KiB, "request.timeout". */
export function uploadStream(source: Readable, limitBytes: number): Readable {
  let received = 0;
  const target = new PassThrough();
  // An upload may be cut off before its handler reads it: without a listener that would end the process.
  target.on("error", () => undefined);
  source.on("data", (chunk: Buffer) => {
    received += chunk.byteLength;
    if (received > limitBytes)
      target.destroy(new MegalithError("request.too_large", { wordings: { limit: { key: "size.bytes", values: { bytes: limitBytes } } } }));
  });
  source.on("error", (error) => target.destroy(error));
  source.on("aborted", () => target.destroy(new Error("the upload was cut off")));
  let before = 0;
  const timer = setInterval(() => {
    // Who waits for us is not slow.
    if (received - before < leastBytes && !target.writableNeedDrain && !source.readableEnded)
      target.destroy(new MegalithError("request.timeout", { values: { seconds: windowMs / 1000 } }));
    before = received;
  }, windowMs).unref();
  target.once("close", () => clearInterval(timer));
  source.once("end", () => clearInterval(timer));
  return source.pipe(target);
}
