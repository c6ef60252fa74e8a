/** `megalith predict MODEL FILE --out FILE.csv`: scores a file's rows in their order, with exact reasons when asked. */
import { MegalithError, problem, unknownName } from "@megalith/contract";
import { createExplainer, createScorer, type Forest } from "@megalith/forest";
import { columnTexts, csvText, type TableColumn, type TableContent } from "@megalith/platform/tables";
import { recode } from "@megalith/platform/training";
import type { Command } from "commander";
import { readModelFile } from "../model-file.ts";
import { checkOutput, writeWhole } from "../output-file.ts";
import { readTableFile } from "../table-file.ts";
import { printJson, startProgress, type Terminal } from "../terminal.ts";

interface PredictFlags {
  readonly out: string;
  readonly id?: string;
  readonly reasons?: boolean;
  readonly json?: boolean;
}

export function addPredict(program: Command, terminal: Terminal): void {
  program
    .command("predict")
    .description("Score the rows of a table file with a model.")
    .argument("<model>", "a model that `megalith train` wrote")
    .argument("<file>", "the table")
    .requiredOption("--out <file.csv>", "where to write the predictions, one line per row in input order")
    .option("--id <column>", "copy this column of the table, as it stands, before the predictions")
    .option("--reasons", "also how much each column adds to the raw score, and its base")
    .option("--json", "one JSON object on stdout")
    .action((model: string, file: string, flags: PredictFlags) => predict(model, file, flags, terminal));
}

async function predict(modelPath: string, file: string, flags: PredictFlags, terminal: Terminal): Promise<void> {
  const startedAt = terminal.elapsedMs();
  await checkOutput(flags.out, [modelPath, file]);
  const { forest } = await readModelFile(modelPath);
  const header = headerOf(forest, flags);
  const kinds = Object.fromEntries(forest.features.map(({ name, kind }) => [name, kind]));
  const texts = flags.id === undefined ? {} : { [flags.id]: "category" as const };
  const table = await readTableFile(file, { signal: terminal.signal, kinds: { ...texts, ...kinds } });
  const columns = align(forest, table);
  const ids = flags.id === undefined ? undefined : columnTexts(columnOf(table, flags.id));
  const progress = startProgress(terminal);
  try {
    await writeWhole(
      flags.out,
      linesOf({ forest, columns, rowCount: table.rowCount, header, ids, reasons: flags.reasons === true }, terminal, progress.show),
    );
  } finally {
    progress.end();
  }
  const seconds = (terminal.elapsedMs() - startedAt) / 1000;
  if (flags.json === true) printJson(terminal, { rows: table.rowCount, columns: header, out: flags.out, seconds });
  else terminal.out.write(`${flags.out} written (${table.rowCount} rows, ${seconds.toFixed(1)} s)\n`);
}

function classesOf(forest: Forest): readonly string[] {
  return (
    (forest.metadata.classes as readonly string[] | undefined) ?? Array.from({ length: forest.classCount }, (_, index) => String(index))
  );
}

/** @throws MegalithError "training.output_clash" when two columns of the output would have one name. */
function headerOf(forest: Forest, { id, reasons }: PredictFlags): string[] {
  const chances = forest.task === "multiclass" ? classesOf(forest).map((name) => `p_${name}`) : [];
  const header = [...(id === undefined ? [] : [id]), "prediction", ...chances, ...(reasons === true ? reasonNames(forest) : [])];
  const seen = new Set<string>();
  const clashes = [...new Set(header.filter((name) => seen.has(name) || !seen.add(name)))];
  if (clashes.length === 0) return header;
  const problems = clashes.map((name) => problem(`/columns/${name}`, "clash", "outputTwice", { name }));
  throw new MegalithError("training.output_clash", { values: { count: clashes.length }, problems });
}

/** One column per input and the base; of a multiclass model one set per class. */
function reasonNames(forest: Forest): string[] {
  const names = [...forest.features.map((feature) => feature.name), "base"];
  if (forest.task !== "multiclass") return names;
  return classesOf(forest).flatMap((label) => names.map((name) => `${name}_${label}`));
}

/** @throws MegalithError "training.columns_unknown". */
function columnOf(table: TableContent, name: string): TableColumn {
  const column = table.columns.find((candidate) => candidate.name === name);
  if (column !== undefined) return column;
  const names = table.columns.map((candidate) => candidate.name);
  const problems = [unknownName(`/columns/${name}`, "missing", "fileNoColumn", name, names, 0)];
  throw new MegalithError("training.columns_unknown", { values: { count: 1 }, problems });
}

/** The model's columns in its order, from the table. @throws MegalithError "training.columns_unknown" when the table lacks one. */
function align(forest: Forest, table: TableContent): TableColumn[] {
  const own = new Map(table.columns.map((column) => [column.name, column]));
  const missing = forest.features.filter((feature) => !own.has(feature.name));
  if (missing.length > 0) {
    const problems = missing.map(({ name }) => problem(`/columns/${name}`, "missing", "tableColumnMissing", { name }));
    throw new MegalithError("training.columns_unknown", { values: { count: missing.length }, problems });
  }
  return forest.features.map((feature) => recode(feature, own.get(feature.name), table.rowCount));
}

const chunkRows = 2000;

interface Scoring {
  readonly forest: Forest;
  readonly columns: readonly TableColumn[];
  readonly rowCount: number;
  readonly header: readonly string[];
  /** What stands before each prediction. */
  readonly ids: readonly (string | null)[] | undefined;
  readonly reasons: boolean;
}

async function* linesOf(
  { forest, columns, rowCount, header, ids, reasons }: Scoring,
  terminal: Terminal,
  show: (label: string, done: number, total: number) => void,
): AsyncGenerator<string> {
  const scorer = createScorer(forest);
  const explainer = reasons ? createExplainer(forest) : undefined;
  const classes = forest.task === "multiclass" ? classesOf(forest) : [];
  const row = new Float64Array(columns.length);
  const raw = new Float64Array(forest.outputs);
  const chances = new Float64Array(forest.outputs);
  const shares = new Float64Array(columns.length * forest.outputs);
  yield `${header.map(csvText).join(",")}\n`;
  for (let start = 0; start < rowCount; start += chunkRows) {
    const lines: string[] = [];
    for (let at = start; at < Math.min(rowCount, start + chunkRows); at++) {
      for (let index = 0; index < columns.length; index++) row[index] = columns[index]?.values[at] as number;
      scorer.rawScore(row, raw);
      scorer.probability(raw, chances);
      const cells =
        classes.length === 0 ? [String(chances[0])] : [csvText(classes[largest(chances)] as string), ...Array.from(chances, String)];
      if (explainer !== undefined) {
        explainer.explain(row, shares);
        for (let output = 0; output < forest.outputs; output++) {
          for (let index = 0; index < columns.length; index++) cells.push(String(shares[output * columns.length + index]));
          cells.push(String(explainer.baseValues[output]));
        }
      }
      if (ids !== undefined) cells.unshift(csvText(ids[at] ?? ""));
      lines.push(`${cells.join(",")}\n`);
    }
    yield lines.join("");
    show("scoring", Math.min(rowCount, start + chunkRows), rowCount);
    await new Promise<void>((resolve) => setImmediate(resolve));
    terminal.signal.throwIfAborted();
  }
}

function largest(values: Float64Array): number {
  let best = 0;
  for (let index = 1; index < values.length; index++) if ((values[index] as number) > (values[best] as number)) best = index;
  return best;
}
