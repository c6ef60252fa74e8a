/** `megalith promote` and `megalith rollback`: which version of a model answers. */
import { type ClientOptions, callRoute } from "@megalith/client";
import { MegalithError, type ModelShape, routes } from "@megalith/contract";
import { type Command, InvalidArgumentError, Option } from "commander";
import { addServerFlags, openServer, type ServerFlags } from "../server-access.ts";
import { printJson, type Terminal } from "../terminal.ts";

interface PromoteFlags extends ServerFlags {
  readonly as?: "model" | "service";
  readonly note?: string;
  readonly expected?: number;
}

export function addPromote(program: Command, terminal: Terminal): void {
  const command = program
    .command("promote")
    .description("Make a version the champion; services that follow the model answer with it at once.")
    .argument("<service|model>", "the model, or a service that answers with it")
    .argument("<version>", "its number", versionNumber);
  addFlags(command).action(async (name: string, number: number, flags: PromoteFlags) => {
    const server = await openServer(flags, terminal);
    const { model, champion } = await find(server, name, flags, terminal.signal);
    const body = { number, ...saidOf(flags, champion) };
    const changed = await callRoute(server, routes.promoteVersion, { params: { model }, body, signal: terminal.signal });
    await tell(server, changed, champion, flags, terminal);
  });
}

export function addRollback(program: Command, terminal: Terminal): void {
  const command = program
    .command("rollback")
    .description("Make the champion before this one the champion again; once more, the one before that.")
    .argument("<service|model>", "the model, or a service that answers with it");
  addFlags(command).action(async (name: string, flags: PromoteFlags) => {
    const server = await openServer(flags, terminal);
    const { model, champion } = await find(server, name, flags, terminal.signal);
    const body = saidOf(flags, champion);
    const changed = await callRoute(server, routes.rollBackChampion, { params: { model }, body, signal: terminal.signal });
    await tell(server, changed, champion, flags, terminal);
  });
}

function addFlags(command: Command): Command {
  return addServerFlags(
    command
      .option("--note <text>", "why, for the trail")
      .option("--expected <version>", "the champion that you know of: another one refuses the change", versionNumber)
      .addOption(
        new Option("--as <kind>", "what the name means, where it is a model and a service of another").choices(["model", "service"]),
      ),
  );
}

/** Somebody else's change in between is not undone unseen. */
function saidOf({ note, expected }: PromoteFlags, champion: number | null): { note?: string; expected?: number } {
  const known = expected ?? champion;
  return { ...(note === undefined ? {} : { note }), ...(known === null ? {} : { expected: known }) };
}

function versionNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError("The number of a version, from 1, is needed.");
  return Number(text);
}

interface Found {
  readonly model: string;
  /** Number of the champion as it is. */
  readonly champion: number | null;
}

/** @throws MegalithError "command.name_unknown", "command.name_ambiguous". */
async function find(server: ClientOptions, name: string, { as }: PromoteFlags, signal: AbortSignal): Promise<Found> {
  const model = as === "service" ? undefined : await present(callRoute(server, routes.readModel, { params: { model: name }, signal }));
  const service = as === "model" ? undefined : await present(callRoute(server, routes.readService, { params: { service: name }, signal }));
  if (model === undefined && service === undefined)
    throw new MegalithError("command.name_unknown", { values: { kind: as ?? "model or service", name } });
  if (model !== undefined && service !== undefined && service.model !== name)
    throw new MegalithError("command.name_ambiguous", { values: { name, model: service.model } });
  const own = model ?? (await callRoute(server, routes.readModel, { params: { model: service?.model as string }, signal }));
  return { model: own.name, champion: own.champion?.number ?? null };
}

async function present<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if ((error as { status?: unknown }).status === 404) return undefined;
    throw error;
  }
}

async function tell(
  server: ClientOptions,
  model: ModelShape,
  before: number | null,
  flags: PromoteFlags,
  terminal: Terminal,
): Promise<void> {
  const { items } = await callRoute(server, routes.listServices, { signal: terminal.signal });
  const services = items.filter((service) => service.model === model.name).map(({ name }) => name);
  const champion = model.champion?.number ?? null;
  if (flags.json === true) return printJson(terminal, { model: model.name, champion, before, services });
  const was = before === champion ? ", as it was" : before === null ? "" : `, and version ${before} no more`;
  terminal.out.write(`Version ${champion} is the champion of ${model.name}${was}.\n`);
  terminal.out.write(services.length === 0 ? "No service answers with it yet.\n" : `It answers in ${services.join(", ")}.\n`);
}
