/** A thread of Node that takes part in a training of the tests. */
import { isMainThread, Worker, workerData } from "node:worker_threads";
import { type StartThread, serveThread, type ThreadWork } from "./team.ts";

export const startWorker: StartThread = (work) => {
  new Worker(new URL(import.meta.url), { workerData: work }).unref();
};

if (!isMainThread) serveThread(workerData as ThreadWork);
