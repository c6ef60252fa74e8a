/** `megalith train FILE --target COL --out MODEL`: learns from a file without a server, with honest figures. */
import { wordLeak } from "@megalith/contract";
import { suggestParameters, type TrainParameters } from "@megalith/forest";
import type { Card } from "@megalith/platform/registry";
import { type TrainedModel, type TrainingChoice, type TrainingProgress, trainModel } from "@megalith/platform/training";
import { type Command, InvalidArgumentError, Option } from "commander";
import { columnNames } from "../column-names.ts";
import { writeModelFile } from "../model-file.ts";
import { checkOutput } from "../output-file.ts";
import { readTableFile } from "../table-file.ts";
import { printJson, startProgress, type Terminal } from "../terminal.ts";
import { reportTraining } from "./train-report.ts";

interface TrainFlags {
  readonly target: string;
  readonly out: string;
  readonly valid?: string;
  readonly time?: string;
  readonly ignore?: string[];
  readonly keep?: string[];
  readonly weight?: string;
  readonly task?: "binary" | "multiclass" | "regression";
  readonly positive?: string;
  readonly rounds?: number;
  readonly numIterations?: number;
  readonly leaves?: number;
  readonly numLeaves?: number;
  readonly rate?: number;
  readonly learningRate?: number;
  readonly minRows?: number;
  readonly minDataInLeaf?: number;
  readonly bins?: number;
  readonly maxBin?: number;
  readonly earlyStoppingRounds?: number;
  readonly threads?: number;
  readonly numThreads?: number;
  readonly seed?: number;
  readonly folds?: number;
  readonly json?: boolean;
}

const phases: Readonly<Record<TrainingProgress["phase"], string>> = {
  leaks: "looking for leaks",
  evaluation: "measuring on unseen rows",
  training: "training on all rows",
};

export function addTrain(program: Command, terminal: Terminal): void {
  const command = program.command("train").description("Train a model on a table file (CSV or Parquet, gzip or not).");
  command
    .argument("<file>", "the table")
    .requiredOption("--target <column>", "the column to predict")
    .requiredOption("--out <model>", "where to write the model; its card is written beside it")
    .option("--valid <file>", "measure on this table instead of folds")
    .option("--time <column>", "measure on the last fifth in time")
    .option("--ignore <columns>", "columns to leave out, separated by commas", columnNames)
    .option("--keep <columns>", "suspects to keep whatever the leak guard says, separated by commas", columnNames)
    .option("--weight <column>", "how much each row counts")
    .addOption(new Option("--task <task>", "what is learned; inferred when absent").choices(["binary", "multiclass", "regression"]))
    .option("--positive <value>", "the class whose probability is predicted; the rarer of two when absent")
    .option("--rounds <n>", "exactly so many boosting rounds; chosen on rows held out when absent", whole)
    .option("--leaves <n>", `leaves of a tree; ${bySize(({ leaves }) => leaves)}, fewer if rows held out say so`, whole)
    .option("--rate <x>", `learning rate; ${bySize(({ rate }) => rate)}`, number)
    .option("--min-rows <n>", `rows that a leaf needs; ${bySize(({ minRows }) => minRows)}`, whole)
    .option("--bins <n>", `bins of a column, at most 255; ${bySize(({ bins }) => bins)}`, whole)
    .option("--threads <n>", "threads of training, 1 when absent; a second one takes part from 65,536 rows on, with the same result", whole)
    .option("--seed <n>", `seed of all that is drawn; ${bySize(({ seed }) => seed)}`, whole)
    .option("--folds <n>", "folds of the measurement; 1 holds a fifth out; 5 when absent, 1 of a large table", whole)
    .option(
      "--early-stopping-rounds <n>",
      "stop after so many rounds without a lower held-out loss, --rounds being the most; 0 never stops",
      whole,
    )
    .option("--json", "one JSON object on stdout");
  for (const [flag, twin] of aliases) command.addOption(new Option(`${flag} <n>`, `the same as ${twin}`).argParser(number).hideHelp());
  command.action((file: string, flags: TrainFlags) => train(file, flags, terminal));
}

/** What is assumed, which the size of the table may decide. */
function bySize(pick: (parameters: TrainParameters) => number): string {
  const [small, ...larger] = [1000, 10_000, 100_000].map((rows) => ({ rows, value: pick(suggestParameters(rows, 20, "binary")) }));
  if (larger.every(({ value }) => value === small?.value)) return `${small?.value} when absent`;
  const sizes = [small, ...larger].map((at) => `${at?.value} at ${at?.rows.toLocaleString("en")} rows`);
  return `when absent ${sizes.join(", ")}`;
}

const aliases = [
  ["--num-iterations", "--rounds"],
  ["--num-leaves", "--leaves"],
  ["--learning-rate", "--rate"],
  ["--min-data-in-leaf", "--min-rows"],
  ["--max-bin", "--bins"],
  ["--num-threads", "--threads"],
] as const;

async function train(file: string, flags: TrainFlags, terminal: Terminal): Promise<void> {
  const { signal, elapsedMs } = terminal;
  const startedAt = elapsedMs();
  const inputs = flags.valid === undefined ? [file] : [file, flags.valid];
  for (const written of [flags.out, `${flags.out}.card.json`]) await checkOutput(written, inputs);
  const threads = flags.threads ?? flags.numThreads ?? 1;
  if (threads > 2) terminal.err.write(`Training uses two threads at most: --threads ${threads} runs as 2, with the same result.\n`);
  const table = await readTableFile(file, { signal });
  const kinds = Object.fromEntries(table.columns.map(({ name, kind }) => [name, kind]));
  const validation = flags.valid === undefined ? undefined : await readTableFile(flags.valid, { signal, kinds });
  const readMs = elapsedMs() - startedAt;
  const progress = startProgress(terminal);
  let trained: TrainedModel;
  try {
    trained = await trainModel(table, choiceOf(flags), {
      signal,
      elapsedMs,
      validation,
      threads,
      onProgress: (told) => progress.show(phases[told.phase], told.done, told.total, roundOf(told)),
    });
  } finally {
    progress.end();
  }
  const card: Card = { ...trained.card, table: { sha256: table.sha256, rows: table.rowCount } };
  const sha256 = await writeModelFile(flags.out, trained.artifact, card);
  if (flags.json !== true) return reportTraining(terminal, trained, flags.out);
  const { evaluation, leaks, seconds, rounds } = trained;
  printJson(terminal, {
    task: card.task,
    rows: table.rowCount,
    metrics: Object.fromEntries(Object.entries(card.metrics).map(([name, metric]) => [name, metric.value])),
    intervals: Object.fromEntries(Object.entries(card.metrics).map(([name, { low, high }]) => [name, { low, high }])),
    constant: Object.fromEntries(
      Object.entries(card.metrics).flatMap(([name, { constant }]) => (constant === undefined ? [] : [[name, constant]])),
    ),
    warnings: evaluation.warnings.map(({ code, message, expected }) => ({ code, message, expected })),
    rounds,
    evaluation: { scheme: evaluation.scheme, splits: evaluation.splits, rows: evaluation.rows },
    positive: card.positive,
    seconds: { read: readMs / 1000, ...seconds },
    threads: trained.threads,
    leaks: leaks.map((leak) => ({ ...leak, words: wordLeak("en", leak) })),
    model: flags.out,
    sha256,
  });
}

function choiceOf(flags: TrainFlags): TrainingChoice {
  const { target, time, weight, ignore, keep, task, positive, folds, seed, earlyStoppingRounds } = flags;
  const parameters = {
    rounds: flags.rounds ?? flags.numIterations,
    leaves: flags.leaves ?? flags.numLeaves,
    rate: flags.rate ?? flags.learningRate,
    minRows: flags.minRows ?? flags.minDataInLeaf,
    bins: flags.bins ?? flags.maxBin,
    earlyStoppingRounds,
  };
  const given = Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== undefined));
  return { target, time, weight, ignore, keep, task, positive, folds, seed, parameters: given };
}

/** Where the forests under way are: their end is not known before the held-out losses have told it. */
function roundOf({ round, most, best }: TrainingProgress): string | undefined {
  if (round === undefined || most === undefined) return undefined;
  return best === undefined ? `round ${round} of ${most}` : `round ${round} of at most ${most}, best so far ${best}`;
}

function whole(text: string): number {
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(Number(text))) throw new InvalidArgumentError("A whole number from 0 is needed.");
  return Number(text);
}

function number(text: string): number {
  if (text.trim() === "" || !Number.isFinite(Number(text))) throw new InvalidArgumentError("A number is needed.");
  return Number(text);
}
