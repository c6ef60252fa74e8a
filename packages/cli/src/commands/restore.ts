/** `megalith restore FILE`: a data folder from a backup, checked whole before it appears. */
import { stat } from "node:fs/promises";
import type { Command } from "commander";
import { describeSettings } from "../settings-help.ts";
import { printJson, startProgress, type Terminal } from "../terminal.ts";

export function addRestore(program: Command, terminal: Terminal): void {
  program
    .command("restore")
    .description("Make the data folder (MEGALITH_DATA, missing or empty) from a backup.")
    .argument("<file>", "what `megalith backup` wrote")
    .option("--json", "one object on stdout")
    .addHelpText("after", describeSettings(["dataFolder"]))
    .action(async (file: string, flags: { json?: boolean }) => {
      await stat(file);
      const { readConfig, restore } = await import("@megalith/server");
      const { dataFolder } = readConfig();
      const progress = startProgress(terminal);
      const manifest = await restore({
        dataFolder,
        file,
        signal: terminal.signal,
        onProgress: (done, total) => progress.show("restoring", done, total),
      }).finally(() => progress.end());
      if (flags.json === true)
        return printJson(terminal, { restored: dataFolder, createdAt: manifest.createdAt, missing: manifest.missing ?? [] });
      terminal.err.write(`${dataFolder} holds the backup of ${manifest.createdAt}. The next start makes a new admin key.\n`);
      for (const path of manifest.missing ?? [])
        terminal.err.write(`warning: ${path} was missing when the backup was made; what needs it cannot be read.\n`);
    });
}
