/** What the thread of second-thread.ts runs. */
import { workerData } from "node:worker_threads";
import { serveThread, type ThreadWork } from "@megalith/forest";

serveThread(workerData as ThreadWork);
