/** `megalith invoices`: preview a month, issue it, list what was issued, fetch one as PDF. */
import { callRoute, callRouteForBytes } from "@megalith/client";
import { type InvoiceShape, routes } from "@megalith/contract";
import type { Command } from "commander";
import { checkOutput, writeWhole } from "../output-file.ts";
import { addServerFlags, customerId, decimalOfNanos, openServer, type ServerFlags } from "../server-access.ts";
import { printJson, printTable, type Terminal } from "../terminal.ts";

interface MonthFlags extends ServerFlags {
  readonly customer?: string;
  readonly month: string;
}

export function addInvoices(program: Command, terminal: Terminal): void {
  const { signal } = terminal;
  const invoices = program.command("invoices").description("Invoices on a server.");
  const list = invoices.command("list").description("List issued invoices.").option("--customer <customer>", "name or id");
  addServerFlags(list).action(async (flags: ServerFlags & { customer?: string }) => {
    const server = await openServer(flags, terminal);
    const customer = flags.customer === undefined ? {} : { customer: await customerId(server, flags.customer, signal) };
    const { items } = await callRoute(server, routes.listInvoices, { query: { ...customer, limit: 500 }, signal });
    show(terminal, flags, items);
  });
  const preview = invoices
    .command("preview")
    .description("What a month comes to so far.")
    .requiredOption("--month <month>", "YYYY-MM")
    .option("--customer <customer>", "name or id")
    .option("--currency <code>", "of the PDF, where the month has two")
    .option("--out <file.pdf>", "write it as a PDF, marked as a preview");
  addServerFlags(preview).action(async (flags: MonthFlags & { currency?: string; out?: string }) => {
    if (flags.out !== undefined) await checkOutput(flags.out);
    const server = await openServer(flags, terminal);
    const customer = flags.customer === undefined ? {} : { customer: await customerId(server, flags.customer, signal) };
    const query = { ...customer, month: flags.month };
    if (flags.out !== undefined) {
      const currency = flags.currency === undefined ? {} : { currency: flags.currency };
      const bytes = await callRouteForBytes(server, routes.previewInvoicePdf, { query: { ...query, ...currency }, signal });
      await writeWhole(flags.out, bytes);
      if (flags.json === true) printJson(terminal, { out: flags.out, sizeBytes: bytes.byteLength });
      else terminal.out.write(`${flags.out} written\n`);
      return;
    }
    const { items } = await callRoute(server, routes.previewInvoice, { query, signal });
    show(terminal, flags, items);
  });
  const issue = invoices
    .command("issue")
    .description("Issue a customer's month; again gives the same invoices.")
    .requiredOption("--month <month>", "YYYY-MM")
    .requiredOption("--customer <customer>", "name or id");
  addServerFlags(issue).action(async (flags: MonthFlags & { customer: string }) => {
    const server = await openServer(flags, terminal);
    const body = { customer: await customerId(server, flags.customer, signal), month: flags.month };
    const { items } = await callRoute(server, routes.finaliseInvoice, { body, signal });
    show(terminal, flags, items);
  });
  const pdf = invoices
    .command("pdf")
    .description("Fetch an issued invoice as PDF.")
    .argument("<invoice>", "id")
    .requiredOption("--out <file.pdf>", "where to write it");
  addServerFlags(pdf).action(async (invoice: string, flags: ServerFlags & { out: string }) => {
    await checkOutput(flags.out);
    const bytes = await callRouteForBytes(await openServer(flags, terminal), routes.readInvoicePdf, { params: { invoice }, signal });
    await writeWhole(flags.out, bytes);
    if (flags.json === true) printJson(terminal, { invoice, out: flags.out, sizeBytes: bytes.byteLength });
    else terminal.out.write(`${flags.out} written\n`);
  });
}

function show(terminal: Terminal, flags: ServerFlags, items: readonly InvoiceShape[]): void {
  if (flags.json === true) {
    printJson(terminal, { invoices: items });
    return;
  }
  const rows = items.map((item) => [
    item.id ?? "-",
    item.number ?? item.status,
    item.month,
    item.customerName,
    `${decimalOfNanos(item.totalNanos)} ${item.currency}`,
  ]);
  printTable(terminal, ["id", "number", "month", "customer", "total"], rows);
}
