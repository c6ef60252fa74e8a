/** `megalith explain MODEL`: the model's card, for people or as JSON. */
import type { Problem } from "@megalith/contract";
import type { Card } from "@megalith/platform/registry";
import type { Command } from "commander";
import { readModelFile } from "../model-file.ts";
import { printJson, printTable, type Terminal } from "../terminal.ts";
import { figureText } from "./train-report.ts";

export function addExplain(program: Command, terminal: Terminal): void {
  program
    .command("explain")
    .description("Show a model's card: what it learned from, how good it is, what matters.")
    .argument("<model>", "a model that `megalith train` wrote")
    .option("--json", "one JSON object on stdout")
    .action(async (path: string, flags: { json?: boolean }) => {
      const { card, sha256, bytes } = await readModelFile(path);
      if (flags.json === true) printJson(terminal, { sha256, sizeBytes: bytes.byteLength, ...card });
      else showCard(terminal, card, sha256);
    });
}

function showCard(terminal: Terminal, card: Card, sha256: string): void {
  const say = (line: string): unknown => terminal.out.write(`${line}\n`);
  say(`${card.task} model of ${String(card.target ?? "an unknown target")}`);
  say(`sha256     ${sha256}`);
  if (card.rows !== undefined) say(`rows       ${String(card.rows)}`);
  if (card.positive) say(`positive   ${String(card.positive)}`);
  const { rounds, leaves } = (card.parameters ?? {}) as { rounds?: number; leaves?: number };
  if (rounds !== undefined && leaves !== undefined) say(`rounds     ${rounds} of ${leaves} leaves`);
  for (const [name, metric] of Object.entries(card.metrics)) say(`${name.padEnd(10)} ${figureText(metric)}`);
  for (const { message } of (card.warnings ?? []) as Problem[]) say(`warning: ${message}`);
  const importances = (card.importances ?? []) as { column: string; share: number; splits: number }[];
  if (importances.length === 0) return;
  say("");
  const rows = importances.map(({ column, share, splits }) => [column, `${(share * 100).toFixed(1)}%`, String(splits)]);
  printTable(terminal, ["column", "share", "splits"], rows);
}
