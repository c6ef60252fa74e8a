/** `megalith organisation`: what the provider is called, and what its invoices print of the seller. */
import { callRoute } from "@megalith/client";
import { type OrganisationShape, routes } from "@megalith/contract";
import type { Command } from "commander";
import { addIdentityFlags, type IdentityFlags, saidIdentity, showIdentity } from "../billing-identity.ts";
import { addServerFlags, openServer, type ServerFlags } from "../server-access.ts";
import { printJson, type Terminal } from "../terminal.ts";

export function addOrganisation(program: Command, terminal: Terminal): void {
  const { signal } = terminal;
  const organisation = program.command("organisation").description("The provider: its name, and what invoices print of the seller.");
  addServerFlags(organisation.command("show").description("Show it.")).action(async (flags: ServerFlags) => {
    show(terminal, flags, await callRoute(await openServer(flags, terminal), routes.readOrganisation, { signal }));
  });
  const set = organisation.command("set").description("Change it; what is not said stays, and so do issued invoices.");
  addServerFlags(addIdentityFlags(set.option("--name <name>", "how it is called"))).action(
    async (flags: ServerFlags & IdentityFlags & { name?: string }) => {
      const server = await openServer(flags, terminal);
      const before = await callRoute(server, routes.readOrganisation, { signal });
      const body = { name: flags.name ?? before.name, billing: { ...before.billing, ...saidIdentity(flags) } };
      show(terminal, flags, await callRoute(server, routes.changeOrganisation, { body, signal }));
    },
  );
}

function show(terminal: Terminal, flags: ServerFlags, organisation: OrganisationShape): void {
  if (flags.json === true) printJson(terminal, organisation);
  else terminal.out.write(`${"name".padEnd(10)}  ${organisation.name}\n${showIdentity(organisation.billing)}`);
}
