/** All commands, one file each, and the one place where an error becomes words and an exit code. */
import { MegalithError, wordProblem } from "@megalith/contract";
import { Command, CommanderError, Help } from "commander";
import manifest from "../package.json" with { type: "json" };
import { environmentTable } from "./environment.ts";
import { describeExitCodes, exitCodeOf, exitCodes } from "./exit-codes.ts";
import { printJson, type Terminal } from "./terminal.ts";

/** Runs one command line. @returns the exit code; nothing is thrown. */
export async function runProgram(parameters: readonly string[], terminal: Terminal): Promise<number> {
  const program = await buildProgram(terminal, parameters[0]);
  try {
    await program.parseAsync(withList(program, parameters), { from: "user" });
    return exitCodes.ok.code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok.code : exitCodes.usage.code;
    tell(terminal, error, parameters.includes("--json"));
    return exitCodeOf(error);
  }
}

/** `megalith customers` lists customers; a word that is no command of a group stays one that commander knows nothing of. */
function withList(program: Command, parameters: readonly string[]): string[] {
  const [first = "", second] = parameters;
  const group = program.commands.find((command) => command.name() === first);
  const list = group?.commands.find((command) => command.name() === "list");
  const isBare = second === undefined || (second.startsWith("-") && second !== "-h" && second !== "--help");
  if (list === undefined || !isBare || list.registeredArguments.some(({ required }) => required)) return [...parameters];
  return [first, "list", ...parameters.slice(1)];
}

type AddCommand = (program: Command, terminal: Terminal) => void;

/** In the order in which help shows them. */
const commands = {
  up: async () => (await import("./commands/up.ts")).addUp,
  train: async () => (await import("./commands/train.ts")).addTrain,
  predict: async () => (await import("./commands/predict.ts")).addPredict,
  explain: async () => (await import("./commands/explain.ts")).addExplain,
  publish: async () => (await import("./commands/publish.ts")).addPublish,
  promote: async () => (await import("./commands/promote.ts")).addPromote,
  rollback: async () => (await import("./commands/promote.ts")).addRollback,
  organisation: async () => (await import("./commands/organisation.ts")).addOrganisation,
  plans: async () => (await import("./commands/plans.ts")).addPlans,
  customers: async () => (await import("./commands/customers.ts")).addCustomers,
  keys: async () => (await import("./commands/keys.ts")).addKeys,
  decide: async () => (await import("./commands/decide.ts")).addDecide,
  labels: async () => (await import("./commands/labels.ts")).addLabels,
  usage: async () => (await import("./commands/usage.ts")).addUsage,
  invoices: async () => (await import("./commands/invoices.ts")).addInvoices,
  backup: async () => (await import("./commands/backup.ts")).addBackup,
  restore: async () => (await import("./commands/restore.ts")).addRestore,
} satisfies Record<string, () => Promise<AddCommand>>;

/** @param first the command's name, when it is known that no other is asked for. */
export async function buildProgram(terminal: Terminal, first = ""): Promise<Command> {
  const program = new Command("megalith");
  program
    .description("A table becomes a service that answers, explains, meters and bills.")
    .version(manifest.version, "--version", "print the version")
    .configureHelp({
      optionDescription(option) {
        return `${Help.prototype.optionDescription.call(this, option)}${option.mandatory ? " (required)" : ""}`;
      },
    })
    .showHelpAfterError("(--help shows what may be said)")
    .exitOverride()
    .configureOutput({ writeOut: (text) => terminal.out.write(text), writeErr: (text) => terminal.err.write(text) })
    .addHelpText("after", `\nExit codes:\n${describeExitCodes()}\n\nEnvironment:\n${describeEnvironment()}`);
  // One command loads what it needs, not the database that another one brings; help and a wrong word need all.
  const asked = Object.hasOwn(commands, first) ? [commands[first as keyof typeof commands]] : Object.values(commands);
  for (const load of asked) (await load())(program, terminal);
  return program;
}

function describeEnvironment(): string {
  return Object.values(environmentTable)
    .map(({ name, doc }) => `  ${name.padEnd(14)} ${doc}`)
    .join("\n");
}

const fileFaults: Readonly<Record<string, string>> = {
  ENOENT: "There is no such file or folder",
  EACCES: "It may not be opened by this user",
  EISDIR: "This is a folder, and a file is needed",
  ENOTDIR: "A part of this path is a file and no folder",
  ENOSPC: "The disk is full",
};

/** What the system says about a file, in words and with the file's name. */
function wordFault(fault: Error): string {
  const { code = "", path } = fault as { code?: string; path?: string };
  const words = fileFaults[code];
  return words === undefined ? fault.message : `${words}${path === undefined ? "" : `: ${path}`}.`;
}

/** However a piece of work says that it was stopped. */
const stopped = Object.assign(new Error("Stopped before it was done."), { code: "cancelled" });

/** What the words of an error, which are for every reader, do not say to one at a terminal. */
const hints: Readonly<Record<string, string>> = {
  "request.no_such_route":
    "A customer's key reaches no route of the provider's; this may need the admin key, or a server of another release.",
  "access.unauthenticated":
    "The key is read from the file of --key-file, or from MEGALITH_KEY; the admin key lies in admin.key of the data folder.",
  "billing.plan_not_found":
    "`megalith plans` lists what there is; `megalith plans create` makes one; a service without a price needs --free.",
};

/** An error in words on stderr; with --json as one object on stdout too. */
export function tell(terminal: Terminal, error: unknown, asJson: boolean): void {
  const fault = exitCodeOf(error) === exitCodes.cancelled.code ? stopped : error instanceof Error ? error : new Error(String(error));
  const code = fault instanceof MegalithError ? fault.code : String((fault as { code?: unknown }).code ?? "failed");
  const problems = error instanceof MegalithError ? error.problems : ((fault as { problems?: MegalithError["problems"] }).problems ?? []);
  const message = wordFault(fault);
  if (asJson) printJson(terminal, { error: { code, message, problems: problems.map((one) => wordProblem("en", one)) } });
  terminal.err.write(`megalith: ${message} (${code})\n`);
  const hint = hints[code];
  if (hint !== undefined) terminal.err.write(`  ${hint}\n`);
  for (const { path, message, expected } of problems.slice(0, 20))
    terminal.err.write(`  ${path}: ${message}${expected === undefined ? "" : ` Expected: ${expected}.`}\n`);
  if (problems.length > 20) terminal.err.write(`  … and ${problems.length - 20} more\n`);
}
