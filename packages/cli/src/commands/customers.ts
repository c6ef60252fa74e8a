/** `megalith customers`: list them, add one, change what one is called and what invoices print of it. */
import { callRoute } from "@megalith/client";
import { routes } from "@megalith/contract";
import type { Command } from "commander";
import { addIdentityFlags, type IdentityFlags, saidIdentity, showIdentity } from "../billing-identity.ts";
import { addServerFlags, customerId, listCustomers, openServer, type ServerFlags, serviceNames } from "../server-access.ts";
import { printJson, printTable, type Terminal } from "../terminal.ts";

export function addCustomers(program: Command, terminal: Terminal): void {
  const customers = program.command("customers").description("Customers on a server.");
  addServerFlags(customers.command("list").description("List customers.")).action(async (flags: ServerFlags) => {
    const server = await openServer(flags, terminal);
    const items = await listCustomers(server, terminal.signal);
    if (flags.json === true) return printJson(terminal, { customers: items });
    const names = await serviceNames(server, terminal.signal);
    printTable(
      terminal,
      ["id", "name", "title", "status", "services"],
      items.map(({ id, name, title, status, services }) => [
        id,
        name,
        title,
        status,
        services === null ? "all" : services.map((service) => names.get(service) ?? service).join(" ") || "none",
      ]),
    );
  });
  const add = customers
    .command("add")
    .description("Add a customer.")
    .argument("<name>", "its name")
    .option("--title <title>", "how people call it");
  addServerFlags(addIdentityFlags(add)).action(async (name: string, flags: ServerFlags & IdentityFlags & { title?: string }) => {
    const body = { name, ...(flags.title === undefined ? {} : { title: flags.title }), billing: saidIdentity(flags) };
    const customer = await callRoute(await openServer(flags, terminal), routes.createCustomer, { body, signal: terminal.signal });
    if (flags.json === true) return printJson(terminal, customer);
    terminal.out.write(`${customer.id}  ${customer.name}\n`);
  });
  const set = customers
    .command("set")
    .description("Change a customer; what is not said stays, and so do issued invoices.")
    .argument("<customer>", "name, title or id")
    .option("--title <title>", "how people call it");
  addServerFlags(addIdentityFlags(set)).action(async (given: string, flags: ServerFlags & IdentityFlags & { title?: string }) => {
    const server = await openServer(flags, terminal);
    const params = { customer: await customerId(server, given, terminal.signal) };
    const body = { ...(flags.title === undefined ? {} : { title: flags.title }), billing: saidIdentity(flags) };
    const customer = await callRoute(server, routes.changeCustomer, { params, body, signal: terminal.signal });
    if (flags.json === true) return printJson(terminal, customer);
    terminal.out.write(`${customer.id}  ${customer.name}\n${showIdentity(customer.billing)}`);
  });
}
