/** What `megalith train` tells of a model in words. */
import { wordLeak } from "@megalith/contract";
import type { Metric } from "@megalith/platform/registry";
import type { TrainedModel } from "@megalith/platform/training";
import type { Terminal } from "../terminal.ts";

const schemes = {
  folds: "on rows each fold did not see",
  holdout: "on a fifth held out",
  time: "on the last fifth in time",
  validation: "on the validation table",
} as const;

/** How good the model is, how its rounds were chosen, and what to look at. */
export function reportTraining(terminal: Terminal, { card, evaluation, leaks, seconds, rounds }: TrainedModel, out: string): void {
  const say = (line: string): unknown => terminal.out.write(`${line}\n`);
  say(
    `${card.task} model of ${card.target}${card.positive === null ? "" : ` (positive: ${card.positive})`}, ${(card.columns as unknown[]).length} columns, ${card.rows} rows`,
  );
  say(`measured ${schemes[evaluation.scheme]} (${evaluation.rows} rows):`);
  for (const [name, metric] of Object.entries(evaluation.metrics)) say(`  ${name.padEnd(9)} ${figureText(metric)}`);
  for (const { message, expected } of evaluation.warnings) say(`warning: ${message} Needed: ${expected}.`);
  say(roundsText(rounds, (card.parameters as { leaves: number }).leaves));
  for (const leak of leaks)
    say(`${leak.verdict === "left_out" ? "left out" : "kept, but look at"} ${leak.column}: ${wordLeak("en", leak)}`);
  say(`${out} written (${seconds.train.toFixed(1)} s of training)`);
}

/** A figure with its interval, and what a constant would have scored. */
export function figureText({ value, low, high, constant }: Metric): string {
  const interval = low === undefined || high === undefined ? "" : `  95% ${low.toFixed(4)} to ${high.toFixed(4)}`;
  return `${value.toFixed(4)}${interval}${constant === undefined ? "" : `  (a constant: ${constant.toFixed(4)})`}`;
}

function roundsText({ rounds, by, most, patience }: TrainedModel["rounds"], leaves: number): string {
  const count = `${rounds === 1 ? "1 round" : `${rounds} rounds`} of ${leaves} leaves`;
  if (by === "given") return count;
  return `${count}, chosen ${schemes[by]} (at most ${most}, ended by ${patience} without a lower loss)`;
}
