/** `megalith publish MODEL`: sends a model to a server as a new version and, when asked, makes it a service. */
import { callRoute } from "@megalith/client";
import { type ReplyOf, routes } from "@megalith/contract";
import { joinCard } from "@megalith/platform/registry";
import type { Command } from "commander";
import { readModelFile } from "../model-file.ts";
import { addServerFlags, openServer, type ServerFlags } from "../server-access.ts";
import { printJson, type Terminal } from "../terminal.ts";

interface PublishFlags extends ServerFlags {
  readonly name: string;
  readonly service?: string;
  readonly plan?: string;
  readonly promote?: boolean;
  readonly again?: boolean;
}

export function addPublish(program: Command, terminal: Terminal): void {
  const command = program.command("publish").description("Send a model to a server: a new version, and a service that answers with it.");
  command
    .argument("<model>", "a model that `megalith train` wrote")
    .requiredOption("--name <name>", "the model's name on the server")
    .option("--service <name>", "make this service, when there is none yet, answer with the model")
    .option("--plan <name>", "the price plan of a new service")
    .option("--promote", "make this version the champion; a model's first version is it anyway")
    .option("--again", "make a version even when the model has one of the same bytes");
  addServerFlags(command).action((path: string, flags: PublishFlags) => publish(path, flags, terminal));
}

async function publish(path: string, flags: PublishFlags, terminal: Terminal): Promise<void> {
  const { bytes: artifact, card, sha256 } = await readModelFile(path);
  const bytes = joinCard(card, artifact);
  const server = await openServer(flags, terminal);
  const { signal } = terminal;
  const params = { model: flags.name };
  // What cannot be is refused before anything is changed.
  if (flags.plan !== undefined) await callRoute(server, routes.readPlan, { params: { plan: flags.plan }, signal });
  const added = await callRoute(server, routes.addModelVersion, {
    params,
    query: flags.again === true ? { again: true } : {},
    bytes,
    signal,
  });
  let version: ReplyOf<typeof routes.readModelVersion> = added;
  if (flags.promote === true && !version.champion) {
    await callRoute(server, routes.promoteVersion, { params, body: { number: version.number }, signal });
    version = await callRoute(server, routes.readModelVersion, { params: { model: flags.name, number: version.number }, signal });
  }
  const service = flags.service === undefined ? null : await ensureService(server, flags.service, flags, signal);
  if (flags.json === true)
    return printJson(terminal, {
      model: flags.name,
      version: version.number,
      created: added.created,
      sha256,
      champion: version.champion,
      service,
    });
  terminal.out.write(`${flags.name} version ${version.number} is on ${server.url}${version.champion ? ", the champion" : ""}\n`);
  if (!added.created)
    terminal.err.write(`${flags.name} had these very bytes already: nothing was added. With --again they become one more version.\n`);
  if (service !== null) terminal.out.write(`the service ${service} answers at ${server.url}/api/v1/services/${service}/decide\n`);
  if (!version.champion)
    terminal.err.write(`Services go on answering with the champion of ${flags.name}; with --promote this version becomes it.\n`);
}

async function ensureService(
  server: Parameters<typeof callRoute>[0],
  name: string,
  flags: PublishFlags,
  signal: AbortSignal,
): Promise<string> {
  const { items } = await callRoute(server, routes.listServices, { signal });
  if (items.some((service) => service.name === name)) return name;
  await callRoute(server, routes.createService, { body: { name, model: flags.name, plan: flags.plan ?? null }, signal });
  return name;
}
