/** How a command reaches a server: its address and key from flags or the environment. */
import { readFile } from "node:fs/promises";
import { type ClientOptions, callRoute } from "@megalith/client";
import { MegalithError, routes, thing } from "@megalith/contract";
import type { Command } from "commander";
import { environmentTable } from "./environment.ts";
import type { Terminal } from "./terminal.ts";

export interface ServerFlags {
  readonly url?: string;
  readonly keyFile?: string;
  readonly json?: boolean;
}

/** The flags that every command against a server has. */
export function addServerFlags(command: Command): Command {
  return command
    .option("--url <url>", `address of the server (or ${environmentTable.url.name})`)
    .option("--key-file <file>", `file with the key (or the key in ${environmentTable.key.name})`)
    .option("--json", "one JSON object on stdout");
}

export async function openServer(flags: ServerFlags, terminal: Terminal): Promise<ClientOptions> {
  const { environment } = terminal;
  const key = flags.keyFile === undefined ? environment.key : (await readFile(flags.keyFile, "utf8")).trim();
  return { url: flags.url ?? environment.url, key: key ?? undefined };
}

/** A customer's id from its name or id. @throws MegalithError "request.not_found". */
export async function customerId(server: ClientOptions, nameOrId: string): Promise<string> {
  if (/^cus_[0-9a-f]{32}$/.test(nameOrId)) return nameOrId;
  const found = await callRoute(server, routes.listCustomers, { query: { name: nameOrId } });
  const [customer] = found.items;
  if (customer === undefined) throw new MegalithError("request.not_found", { wordings: { what: thing("customer") } });
  return customer.id;
}

/** Nano-units as a decimal number without loss: 1500000000 is 1.5. */
export function decimalOfNanos(nanos: string): string {
  const value = BigInt(nanos);
  const digits = (value < 0n ? -value : value).toString().padStart(10, "0");
  const fraction = digits.slice(-9).replace(/0+$/, "");
  return `${value < 0n ? "-" : ""}${digits.slice(0, -9)}${fraction === "" ? "" : `.${fraction}`}`;
}
