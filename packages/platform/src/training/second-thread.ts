/**
 * A thread of Node that takes part in a training, for the engine, which knows no API of Node.
 *
 * It keeps no process alive, and leaves by itself when the training ends or was given up. Where it cannot start, training goes on
 * with one thread and the same outcome.
 */
import { Worker } from "node:worker_threads";
import type { StartThread } from "@megalith/forest";

export const startSecondThread: StartThread = (work) => {
  const thread = new Worker(new URL("./second-thread-entry.ts", import.meta.url), { workerData: work });
  thread.on("error", () => undefined);
  thread.unref();
};
