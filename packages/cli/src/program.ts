/** All commands, one file each, and the one place where an error becomes words and an exit code. */
import { MegalithError } from "@megalith/contract";
import { Command, CommanderError } from "commander";
import { addBackup } from "./commands/backup.ts";
import { addCustomers } from "./commands/customers.ts";
import { addExplain } from "./commands/explain.ts";
import { addInvoices } from "./commands/invoices.ts";
import { addKeys } from "./commands/keys.ts";
import { addPredict } from "./commands/predict.ts";
import { addPublish } from "./commands/publish.ts";
import { addRestore } from "./commands/restore.ts";
import { addTrain } from "./commands/train.ts";
import { addUp } from "./commands/up.ts";
import { addUsage } from "./commands/usage.ts";
import { environmentTable } from "./environment.ts";
import { describeExitCodes, exitCodeOf, exitCodes } from "./exit-codes.ts";
import { printJson, type Terminal } from "./terminal.ts";

/** Runs one command line. @returns the exit code; nothing is thrown. */
export async function runProgram(parameters: readonly string[], terminal: Terminal): Promise<number> {
  const program = buildProgram(terminal);
  try {
    await program.parseAsync([...parameters], { from: "user" });
    return exitCodes.ok.code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok.code : exitCodes.usage.code;
    tell(terminal, error, parameters.includes("--json"));
    return exitCodeOf(error);
  }
}

export function buildProgram(terminal: Terminal): Command {
  const program = new Command("megalith");
  program
    .description("A table becomes a service that answers, explains, meters and bills.")
    .exitOverride()
    .configureOutput({ writeOut: (text) => terminal.out.write(text), writeErr: (text) => terminal.err.write(text) })
    .addHelpText("after", `\nExit codes:\n${describeExitCodes()}\n\nEnvironment:\n${describeEnvironment()}`);
  for (const add of [
    addUp,
    addTrain,
    addPredict,
    addExplain,
    addPublish,
    addCustomers,
    addKeys,
    addUsage,
    addInvoices,
    addBackup,
    addRestore,
  ])
    add(program, terminal);
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

function tell(terminal: Terminal, error: unknown, asJson: boolean): void {
  const fault = error instanceof Error ? error : new Error(String(error));
  const code = error instanceof MegalithError ? error.code : String((fault as { code?: unknown }).code ?? "failed");
  const problems = error instanceof MegalithError ? error.problems : ((fault as { problems?: MegalithError["problems"] }).problems ?? []);
  const message = wordFault(fault);
  if (asJson) printJson(terminal, { error: { code, message, problems } });
  terminal.err.write(`megalith: ${message} (${code})\n`);
  for (const { path, message, expected } of problems.slice(0, 20))
    terminal.err.write(`  ${path}: ${message}${expected === undefined ? "" : ` Expected: ${expected}.`}\n`);
  if (problems.length > 20) terminal.err.write(`  … and ${problems.length - 20} more\n`);
}
