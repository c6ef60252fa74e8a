/** `megalith customers`: list them, or add one. */
import { callRoute } from "@megalith/client";
import { routes } from "@megalith/contract";
import type { Command } from "commander";
import { addServerFlags, openServer, type ServerFlags } from "../server-access.ts";
import { printJson, printTable, type Terminal } from "../terminal.ts";

export function addCustomers(program: Command, terminal: Terminal): void {
  const customers = program.command("customers").description("Customers on a server.");
  addServerFlags(customers.command("list", { isDefault: true }).description("List customers.")).action(async (flags: ServerFlags) => {
    const { items } = await callRoute(await openServer(flags, terminal), routes.listCustomers, {
      query: { limit: 500 },
      signal: terminal.signal,
    });
    if (flags.json === true) return printJson(terminal, { customers: items });
    printTable(
      terminal,
      ["id", "name", "title", "status"],
      items.map(({ id, name, title, status }) => [id, name, title, status]),
    );
  });
  const add = customers
    .command("add")
    .description("Add a customer.")
    .argument("<name>", "its name")
    .option("--title <title>", "how people call it");
  addServerFlags(add).action(async (name: string, flags: ServerFlags & { title?: string }) => {
    const body = { name, ...(flags.title === undefined ? {} : { title: flags.title }) };
    const customer = await callRoute(await openServer(flags, terminal), routes.createCustomer, { body, signal: terminal.signal });
    if (flags.json === true) return printJson(terminal, customer);
    terminal.out.write(`${customer.id}  ${customer.name}\n`);
  });
}
