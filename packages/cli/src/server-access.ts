/** How a command reaches a server: its address and key from flags or the environment. */
import { readFile } from "node:fs/promises";
import { type ClientOptions, callRoute } from "@megalith/client";
import { MegalithError, routes } from "@megalith/contract";
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
    .option("--url <url>", `address of the server (else ${environmentTable.url.name}, else ${environmentTable.url.default})`)
    .option("--key-file <file>", `file with the key (else the key in ${environmentTable.key.name})`)
    .option("--json", "one JSON object on stdout");
}

export async function openServer(flags: ServerFlags, terminal: Terminal): Promise<ClientOptions> {
  const { environment } = terminal;
  const key = flags.keyFile === undefined ? environment.key : (await readFile(flags.keyFile, "utf8")).trim();
  return { url: flags.url ?? environment.url, key: key ?? undefined };
}

/** All pages of a list, in its order. */
export async function listAll<T>(
  page: (after: string | undefined) => Promise<{ readonly items: T[]; readonly next: string | null }>,
): Promise<T[]> {
  const all: T[] = [];
  for (let after: string | undefined; ; ) {
    const { items, next } = await page(after);
    all.push(...items);
    if (next === null) return all;
    after = next;
  }
}

/** Every customer, oldest first; a customer's own key sees itself. */
export async function listCustomers(server: ClientOptions, signal: AbortSignal) {
  try {
    return await listAll((after) =>
      callRoute(server, routes.listCustomers, { query: { limit: 500, ...(after === undefined ? {} : { after }) }, signal }),
    );
  } catch (error) {
    if ((error as { status?: unknown }).status !== 404) throw error;
    const { customer } = await callRoute(server, routes.currentSession, { signal });
    return customer === null ? [] : [await callRoute(server, routes.readCustomer, { params: { customer }, signal })];
  }
}

/** Names of services by id. */
export async function serviceNames(server: ClientOptions, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
  const { items } = await callRoute(server, routes.listServices, { signal });
  return new Map(items.map(({ id, name }) => [id, name]));
}

/** A customer's id from its id, name or title. @throws MegalithError "command.name_unknown". */
export async function customerId(server: ClientOptions, given: string, signal: AbortSignal): Promise<string> {
  if (/^cus_[0-9a-f]{32}$/.test(given)) return given;
  const all = await listCustomers(server, signal);
  const found = all.find(({ name }) => name === given) ?? onlyOne(all.filter(({ title }) => title === given));
  if (found === undefined) throw new MegalithError("command.name_unknown", { values: { kind: "customer", name: given } });
  return found.id;
}

function onlyOne<T>(found: readonly T[]): T | undefined {
  return found.length === 1 ? found[0] : undefined;
}

/** Nano-units as a decimal number without loss: 1500000000 is 1.5. */
export function decimalOfNanos(nanos: string): string {
  const value = BigInt(nanos);
  const digits = (value < 0n ? -value : value).toString().padStart(10, "0");
  const fraction = digits.slice(-9).replace(/0+$/, "");
  return `${value < 0n ? "-" : ""}${digits.slice(0, -9)}${fraction === "" ? "" : `.${fraction}`}`;
}

/** How many decisions of a reply had been given before, and were not charged again. */
export function repeatedIn(headers: Headers): number {
  return Number(headers.get("megalith-repeated") ?? 0);
}
