/** Prints invoices in a thread of their own, one at a time: a heap of requests for PDFs never slows an answer. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { InvoiceShape, MessageLanguage } from "@megalith/contract";
import { MegalithError } from "@megalith/contract";

const waitLimit = 50;

export class PrintQueue {
  private last: Promise<unknown> = Promise.resolve();
  private count = 0;

  /** @throws MegalithError "server.overloaded" when fifty wait already. */
  async print(invoice: InvoiceShape, language: MessageLanguage): Promise<Uint8Array> {
    if (this.count >= waitLimit) throw new MegalithError("server.overloaded", { values: { seconds: 5 }, retryAfterSeconds: 5 });
    this.count++;
    const printed = this.last.then(() => printApart(invoice, language));
    this.last = printed.catch(() => undefined);
    try {
      return await printed;
    } finally {
      this.count--;
    }
  }
}

async function printApart(invoice: InvoiceShape, language: MessageLanguage): Promise<Uint8Array> {
  const worker = new Worker(new URL("./invoice-pdf-worker.ts", import.meta.url), { workerData: { invoice, language } });
  try {
    const [bytes] = (await once(worker, "message")) as [Uint8Array];
    return bytes;
  } finally {
    await worker.terminate();
  }
}
