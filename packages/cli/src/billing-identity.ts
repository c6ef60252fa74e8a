/** What invoices print of a seller or a buyer, as flags say it; an empty text takes a part away. */
import type { BillingIdentityShape } from "@megalith/contract";
import type { Command } from "commander";

export interface IdentityFlags {
  readonly legalName?: string;
  readonly address?: readonly string[];
  readonly taxId?: string;
}

export function addIdentityFlags(command: Command): Command {
  return command
    .option("--legal-name <name>", "what invoices print as its name; empty takes it away")
    .option("--address <line...>", "what invoices print as its address, line by line")
    .option("--tax-id <id>", "what invoices print as its tax id; empty takes it away");
}

/** Only the parts that were said. */
export function saidIdentity({ legalName, address, taxId }: IdentityFlags): Partial<BillingIdentityShape> {
  const orNull = (text: string) => (text === "" ? null : text);
  return {
    ...(legalName === undefined ? {} : { legalName: orNull(legalName) }),
    ...(address === undefined ? {} : { address: orNull(address.join("\n")) }),
    ...(taxId === undefined ? {} : { taxId: orNull(taxId) }),
  };
}

export function showIdentity({ legalName, address, taxId }: BillingIdentityShape): string {
  const parts = { "legal name": legalName, address: address?.replaceAll("\n", ", ") ?? null, "tax id": taxId };
  return Object.entries(parts)
    .map(([name, value]) => `${name.padEnd(10)}  ${value ?? "not given"}\n`)
    .join("");
}
