/** The thread that prints one invoice and ends: fonts take half a second to read, which the answering thread does not have. */
import { parentPort, workerData } from "node:worker_threads";
import { printInvoice } from "./invoice-pdf.ts";

parentPort?.postMessage(await printInvoice(workerData.invoice, workerData.language));
