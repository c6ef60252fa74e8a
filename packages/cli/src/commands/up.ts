/** `megalith up`: the server with its database, console and workers, until it is told to stop. */
import type { Command } from "commander";
import { describeSettings } from "../settings-help.ts";
import type { Terminal } from "../terminal.ts";

export function addUp(program: Command, terminal: Terminal): void {
  program
    .command("up")
    .description("Start Megalith: console, API, database and workers. Ctrl-C stops it cleanly.")
    .option("--console-folder <folder>", "where the built console lies")
    .addHelpText("after", describeSettings())
    .action(async (flags: { consoleFolder?: string }) => {
      // Only this command pays for loading the server.
      const { up } = await import("@megalith/server");
      await up({ consoleFolder: flags.consoleFolder, onLine: (line: string) => terminal.out.write(`${line}\n`) });
    });
}
