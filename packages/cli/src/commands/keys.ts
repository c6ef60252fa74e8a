/** `megalith keys`: list a customer's keys, add one, rotate one, revoke one. A secret is shown once. */
import { callRoute } from "@megalith/client";
import { routes, scopes } from "@megalith/contract";
import { type Command, Option } from "commander";
import { addServerFlags, customerId, openServer, type ServerFlags, serviceNames } from "../server-access.ts";
import { printJson, printTable, type Terminal } from "../terminal.ts";

interface AddFlags extends ServerFlags {
  readonly name: string;
  readonly scope: (typeof scopes)[number][];
}

export function addKeys(program: Command, terminal: Terminal): void {
  const { signal } = terminal;
  const keys = program.command("keys").description("Keys of a customer.");
  const list = keys.command("list").description("List a customer's keys.").argument("<customer>", "name or id");
  addServerFlags(list).action(async (customer: string, flags: ServerFlags) => {
    const server = await openServer(flags, terminal);
    const id = await customerId(server, customer, signal);
    const { name } = await callRoute(server, routes.readCustomer, { params: { customer: id }, signal });
    const { items } = await callRoute(server, routes.listKeys, { params: { customer: id }, signal });
    if (flags.json === true) return printJson(terminal, { customer: { id, name }, keys: items });
    const names = await serviceNames(server, signal);
    printTable(
      terminal,
      ["customer", "id", "name", "starts with", "may", "services", "last used", "ends"],
      items.map((key) => [
        name,
        key.id,
        key.name,
        key.prefix,
        key.scopes.join(" "),
        key.services === null ? "all" : key.services.map((service) => names.get(service) ?? service).join(" "),
        minuteOf(key.lastUsedAt) ?? "never",
        key.revokedAt === null ? (minuteOf(key.expiresAt) ?? "-") : "revoked",
      ]),
    );
  });
  const add = keys.command("add").description("Make a key; its secret is shown once.").argument("<customer>", "name or id");
  add
    .requiredOption("--name <name>", "what the key is for")
    .addOption(new Option("--scope <scopes...>", "what it may do").choices([...scopes]).default(["decide", "read"], "decide read"));
  addServerFlags(add).action(async (customer: string, flags: AddFlags) => {
    const server = await openServer(flags, terminal);
    const params = { customer: await customerId(server, customer, signal) };
    const made = await callRoute(server, routes.createKey, {
      params,
      body: { name: flags.name, scopes: flags.scope },
      signal,
    });
    if (flags.json === true) return printJson(terminal, made);
    terminal.out.write(`${made.secret}\n`);
  });
  const rotate = keys.command("rotate").description("Make a successor; the old key ends after the overlap.").argument("<key>", "id");
  rotate.option("--overlap-seconds <n>", "how long the old key still works", Number, 86_400);
  addServerFlags(rotate).action(async (key: string, flags: ServerFlags & { overlapSeconds: number }) => {
    const server = await openServer(flags, terminal);
    const made = await callRoute(server, routes.rotateKey, { params: { key }, body: { overlapSeconds: flags.overlapSeconds }, signal });
    if (flags.json === true) return printJson(terminal, made);
    terminal.out.write(`${made.secret}\n`);
  });
  const revoke = keys.command("revoke").description("End a key at once.").argument("<key>", "id");
  addServerFlags(revoke).action(async (key: string, flags: ServerFlags) => {
    await callRoute(await openServer(flags, terminal), routes.revokeKey, { params: { key }, signal });
    if (flags.json === true) return printJson(terminal, { key, revoked: true });
    terminal.out.write(`${key} is revoked\n`);
  });
}

/** `2026-03-01 10:00Z`. */
function minuteOf(time: string | null): string | null {
  return time === null ? null : `${time.slice(0, 16).replace("T", " ")}Z`;
}
