/** `megalith backup FILE`: everything of a data folder in one file, while a server runs on it or not. */
import type { Command } from "commander";
import { checkOutput } from "../output-file.ts";
import { describeSettings } from "../settings-help.ts";
import { printJson, startProgress, type Terminal } from "../terminal.ts";

export function addBackup(program: Command, terminal: Terminal): void {
  program
    .command("backup")
    .description("Write tables, models, decisions and the ledger to one file; the server may run.")
    .argument("<file>", "a file that does not exist yet")
    .option("--json", "one object on stdout")
    .addHelpText("after", describeSettings(["dataFolder", "databaseUrl"]))
    .action(async (file: string, flags: { json?: boolean }) => {
      await checkOutput(file);
      const { backupFolder, readConfig } = await import("@megalith/server");
      const { dataFolder, databaseUrl } = readConfig();
      const progress = startProgress(terminal);
      const manifest = await backupFolder({
        dataFolder,
        databaseUrl,
        file,
        signal: terminal.signal,
        onProgress: (done, total) => progress.show("backing up", done, total),
      }).finally(() => progress.end());
      const rows = manifest.tables.reduce((sum, table) => sum + table.rowCount, 0);
      if (flags.json === true)
        return printJson(terminal, {
          backup: file,
          rows,
          files: manifest.files.length,
          missing: manifest.missing ?? [],
          createdAt: manifest.createdAt,
        });
      terminal.err.write(`${file} written (${rows} rows, ${manifest.files.length} files). It does not hold the admin key.\n`);
      for (const path of manifest.missing ?? [])
        terminal.err.write(`warning: ${path} is missing in ${dataFolder}; the backup holds the rest. Restore it from an earlier backup.\n`);
    });
}
