/** `megalith publish MODEL`: sends a model to a server as a new version and, when asked, makes it a service. */
import { callRoute } from "@megalith/client";
import { completeColumns, MegalithError, type Problem, problem, type ReplyOf, routes, unknownName } from "@megalith/contract";
import { joinCard } from "@megalith/platform/registry";
import { type Command, Option } from "commander";
import { columnNames } from "../column-names.ts";
import { type ModelFile, readModelFile } from "../model-file.ts";
import { addServerFlags, openServer, type ServerFlags } from "../server-access.ts";
import { printJson, type Terminal } from "../terminal.ts";

interface PublishFlags extends ServerFlags {
  readonly name: string;
  readonly service?: string;
  readonly plan?: string;
  readonly free?: boolean;
  readonly required?: readonly string[];
  readonly requireComplete?: boolean;
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
    .addOption(new Option("--free", "a new service without a plan: its answers cost nothing").conflicts("plan"))
    .option("--required <columns>", "columns, with commas, that a record of a new service must have a value for", columnNames)
    .option("--require-complete", "such are all columns that had a value in every row of the training table")
    .option("--promote", "make this version the champion; a model's first version is it anyway")
    .option("--again", "make a version even when the model has one of the same bytes");
  addServerFlags(command).action((path: string, flags: PublishFlags) => publish(path, flags, terminal));
}

async function publish(path: string, flags: PublishFlags, terminal: Terminal): Promise<void> {
  const model = await readModelFile(path);
  const { bytes: artifact, card, sha256 } = model;
  const bytes = joinCard(card, artifact);
  const server = await openServer(flags, terminal);
  const { signal } = terminal;
  const params = { model: flags.name };
  // What cannot be is refused before anything is changed.
  if (flags.plan !== undefined) await callRoute(server, routes.readPlan, { params: { plan: flags.plan }, signal });
  const found = flags.service === undefined ? undefined : await findService(server, flags.service, signal);
  if (found !== undefined && found.model !== flags.name)
    refuse([problem("--service", "other", "serviceModel", { name: found.name, model: found.model })]);
  const required = flags.service === undefined || found !== undefined ? [] : checkNewService(flags, model);
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
  const service = flags.service === undefined ? null : (found ?? (await createService(server, flags.service, flags, required, signal)));
  if (flags.json === true)
    return printJson(terminal, {
      model: flags.name,
      version: version.number,
      created: added.created,
      sha256,
      champion: version.champion,
      service: service?.name ?? null,
      ...(service === null ? {} : { free: service.free }),
    });
  terminal.out.write(`${flags.name} version ${version.number} is on ${server.url}${version.champion ? ", the champion" : ""}\n`);
  if (!added.created)
    terminal.err.write(`${flags.name} had these very bytes already: nothing was added. With --again they become one more version.\n`);
  if (service !== null) {
    const price = service.free ? "; it is free: answers cost nothing" : "";
    terminal.out.write(`the service ${service.name} answers at ${server.url}/api/v1/services/${service.name}/decide${price}\n`);
  }
  if (found !== undefined && (flags.plan ?? flags.free ?? flags.required ?? flags.requireComplete) !== undefined)
    terminal.err.write(`${found.name} was there already: its price and its required columns stay as they are.\n`);
  if (!version.champion)
    terminal.err.write(`Services go on answering with the champion of ${flags.name}; with --promote this version becomes it.\n`);
}

type Server = Parameters<typeof callRoute>[0];
type Service = ReplyOf<typeof routes.readService>;

async function findService(server: Server, name: string, signal: AbortSignal): Promise<Service | undefined> {
  const { items } = await callRoute(server, routes.listServices, { signal });
  return items.find((service) => service.name === name);
}

/** @returns the columns that a record must have. @throws MegalithError "serving.settings_invalid" with what the server would say of a new service. */
function checkNewService(flags: PublishFlags, { forest, card }: ModelFile): string[] {
  const problems: Problem[] = [];
  if (flags.plan === undefined && flags.free !== true) problems.push(problem("--plan", "required", "planOrFree"));
  const columns = forest.features.map(({ name }) => name);
  const named = flags.required ?? [];
  for (const name of named.filter((one) => !columns.includes(one)))
    problems.push(unknownName("--required", "unknown", "modelNoColumn", name, columns, problems.length));
  const complete = flags.requireComplete === true ? completeColumns(card) : [];
  if (flags.requireComplete === true && complete.length === 0) problems.push(problem("--require-complete", "unknown", "noneComplete"));
  if (problems.length > 0) refuse(problems);
  return [...new Set([...named, ...complete])];
}

function refuse(problems: readonly Problem[]): never {
  throw new MegalithError("serving.settings_invalid", { values: { count: problems.length }, problems });
}

function createService(
  server: Server,
  name: string,
  { name: model, plan, free }: PublishFlags,
  required: string[],
  signal: AbortSignal,
): Promise<Service> {
  const price = free === true ? { free } : { plan: plan ?? null };
  return callRoute(server, routes.createService, { body: { name, model, required, ...price }, signal });
}
