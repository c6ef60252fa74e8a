/** `megalith usage`: what was used and what it came to, by customer, service and day. */
import { callRoute, callRouteForStream } from "@megalith/client";
import { routes } from "@megalith/contract";
import type { Command } from "commander";
import { checkOutput, writeWhole } from "../output-file.ts";
import { addServerFlags, customerId, decimalOfNanos, listCustomers, openServer, type ServerFlags, serviceNames } from "../server-access.ts";
import { printJson, printTable, type Terminal } from "../terminal.ts";

interface UsageFlags extends ServerFlags {
  readonly customer?: string;
  readonly from?: string;
  readonly to?: string;
  readonly csv?: string;
}

export function addUsage(program: Command, terminal: Terminal): void {
  const command = program.command("usage").description("What was used and what it came to, by customer, service and day.");
  command
    .option("--customer <customer>", "name or id")
    .option("--from <day>", "first day, YYYY-MM-DD")
    .option("--to <day>", "last day, YYYY-MM-DD")
    .option("--csv <file.csv>", "write every row of the ledger there, instead of the sums");
  addServerFlags(command).action(async (flags: UsageFlags) => {
    if (flags.csv !== undefined) await checkOutput(flags.csv);
    const { signal } = terminal;
    const server = await openServer(flags, terminal);
    const query = {
      ...(flags.customer === undefined ? {} : { customer: await customerId(server, flags.customer, signal) }),
      ...(flags.from === undefined ? {} : { from: flags.from }),
      ...(flags.to === undefined ? {} : { to: flags.to }),
    };
    if (flags.csv !== undefined) {
      await writeWhole(flags.csv, await callRouteForStream(server, routes.exportUsage, { query, signal }));
      if (flags.json === true) return printJson(terminal, { out: flags.csv });
      terminal.out.write(`${flags.csv} written\n`);
      return;
    }
    const { items } = await callRoute(server, routes.usageSummary, { query, signal });
    const [customers, services] = await Promise.all([listCustomers(server, signal), serviceNames(server, signal)]);
    const customerNames = new Map(customers.map(({ id, name }) => [id, name]));
    const named = items.map((item) => ({
      ...item,
      customerName: customerNames.get(item.customer) ?? null,
      serviceName: services.get(item.service) ?? null,
    }));
    if (flags.json === true) return printJson(terminal, { usage: named });
    const rows = named.map((item) => [
      item.day,
      item.customerName ?? "-",
      item.customer,
      item.serviceName ?? "-",
      item.service,
      String(item.count),
      `${decimalOfNanos(item.amountNanos)} ${item.currency ?? ""}`.trim(),
    ]);
    printTable(terminal, ["day", "customer", "customer id", "service", "service id", "units", "amount"], rows);
  });
}
