/** `megalith labels`: what turned out to be true, of one decision or of a table of them. Append-only; again is harmless. */
import { type ClientOptions, callRoute } from "@megalith/client";
import { type BodyOf, MegalithError, type Problem, problem, routes } from "@megalith/contract";
import { systemClock } from "@megalith/platform/foundation";
import type { CellValue } from "@megalith/platform/tables";
import type { Command } from "commander";
import { addServerFlags, openServer, type ServerFlags } from "../server-access.ts";
import { printJson, startProgress, type Terminal } from "../terminal.ts";

interface LabelFlags extends ServerFlags {
  readonly decision?: string;
  readonly service?: string;
  readonly reference?: string;
  readonly value?: string;
  readonly time?: string;
  readonly file?: string;
}

type Label = BodyOf<typeof routes.recordLabels>["labels"][number];
interface Counts {
  readonly recorded: number;
  readonly repeated: number;
}

const batchRows = 1000;
const shownProblems = 100;
const fields = ["decision", "service", "reference", "value", "time"] as const;

export function addLabels(program: Command, terminal: Terminal): void {
  const command = program
    .command("labels")
    .description("Record what turned out to be true of decisions; the same label again is harmless.")
    .option("--decision <id>", "of one label: the decision")
    .option("--service <name>", "the service that was asked, where a row does not say it")
    .option("--reference <text>", "of one label: your own id of the decision, with --service")
    .option("--value <value>", "of one label: the class or the number that it turned out to be")
    .option("--time <time>", "when it was known (2026-01-31 or 2026-01-31T12:00:00Z), where a row does not say it; today, of one label")
    .option("--file <file>", "a table of labels with the columns decision, or service and reference; value; time");
  addServerFlags(command).action(async (flags: LabelFlags) => {
    const server = await openServer(flags, terminal);
    const counts = await (flags.file === undefined ? recordOne(flags, server, terminal) : recordTable(flags.file, flags, server, terminal));
    if (flags.json === true) return printJson(terminal, counts);
    terminal.out.write(`${counts.recorded} recorded, ${counts.repeated} were on record already\n`);
  });
}

async function recordOne(flags: LabelFlags, server: ClientOptions, terminal: Terminal): Promise<Counts> {
  const { decision, reference, value } = flags;
  const refuse = (reason: string): MegalithError => new MegalithError("command.input_invalid", { values: { source: "The label", reason } });
  if (value === undefined) throw refuse("it needs --value, or --file with many");
  if ((decision === undefined) === (reference === undefined)) throw refuse("it needs --decision, or --service and --reference");
  if (reference !== undefined && flags.service === undefined) throw refuse("--reference needs --service");
  const { signal } = terminal;
  const service =
    flags.service ?? (await callRoute(server, routes.readDecision, { params: { decision: decision as string }, signal })).service;
  const label = {
    ...(decision === undefined ? { service, reference: reference as string } : { decision }),
    value: (await readerOf(server, service, signal))(value) ?? value,
    time: timeOf(flags.time ?? systemClock.now().toISOString().slice(0, 10)),
  };
  return callRoute(server, routes.recordLabels, { body: { labels: [label] }, repeatable: true, signal });
}

async function recordTable(file: string, flags: LabelFlags, server: ClientOptions, terminal: Terminal): Promise<Counts> {
  const single = (["decision", "reference", "value"] as const).find((name) => flags[name] !== undefined);
  if (single !== undefined)
    throw new MegalithError("command.input_invalid", {
      values: { source: `--${single}`, reason: "it goes with one label, not with --file" },
    });
  const { signal } = terminal;
  // A table brings DuckDB along.
  const { withTableRows } = await import("../table-rows.ts");
  const kinds = Object.fromEntries(fields.map((name) => [name, "category" as const]));
  return withTableRows(file, { signal, kinds }, async (table) => {
    const columns = fields.filter((name) => table.columns.includes(name));
    checkColumns(columns, flags, file);
    // All are looked at before the first is sent.
    const labels: Label[] = [];
    const problems: Problem[] = [];
    const readers = new Map<string, ReadValue>();
    let row = 0;
    for await (const cells of table.rows(columns)) {
      row += 1;
      const given = Object.fromEntries(columns.map((name, index) => [name, cells[index]])) as Partial<Record<string, CellValue>>;
      const service = given.service ?? flags.service;
      const path = `/rows/${row}`;
      if (typeof service !== "string") {
        problems.push(problem(`${path}/service`, "required", "missing", { name: "service" }));
        continue;
      }
      if (!readers.has(service)) readers.set(service, await readerOf(server, service, signal));
      const label = labelOf(given, service, flags, readers.get(service) as ReadValue, path, problems);
      if (label !== undefined) labels.push(label);
    }
    if (problems.length > 0)
      throw new MegalithError("command.rows_invalid", {
        values: { file, count: problems.length },
        problems: problems.slice(0, shownProblems),
      });
    return send(labels, server, terminal);
  });
}

function checkColumns(columns: readonly string[], flags: LabelFlags, file: string): void {
  const has = (name: string): boolean => columns.includes(name);
  const reason = !has("value")
    ? "it has no column value"
    : !has("decision") && !has("reference")
      ? "it has no column decision and no column reference"
      : !has("service") && flags.service === undefined
        ? "it has no column service; name the service by --service"
        : !has("time") && flags.time === undefined
          ? "it has no column time; say by --time when all of it was known"
          : undefined;
  if (reason !== undefined) throw new MegalithError("command.input_invalid", { values: { source: file, reason } });
}

function labelOf(
  given: Partial<Record<string, CellValue>>,
  service: string,
  flags: LabelFlags,
  read: ReadValue,
  path: string,
  problems: Problem[],
): Label | undefined {
  const before = problems.length;
  const { decision, reference } = given;
  const isNamed = (cell: CellValue | undefined): cell is string => cell !== null && cell !== undefined;
  if (!isNamed(decision) && !isNamed(reference)) problems.push(problem(path, "unmatched", "labelUnmatched"));
  const value = isNamed(given.value) ? read(given.value) : undefined;
  if (value === undefined)
    problems.push(
      isNamed(given.value)
        ? misfit(`${path}/value`, given.value, "a number")
        : problem(`${path}/value`, "required", "missing", { name: "value" }),
    );
  const time = timeOf(String(given.time ?? flags.time ?? ""));
  if (Number.isNaN(Date.parse(time))) problems.push(misfit(`${path}/time`, time, "2026-01-31 or 2026-01-31T12:00:00Z"));
  if (problems.length > before) return undefined;
  return { ...(isNamed(decision) ? { decision } : { service, reference: String(reference) }), value: value as string | number, time };
}

function misfit(path: string, found: string, expected: string): Problem {
  return { path, code: "type", message: `This is ${JSON.stringify(found)}.`, expected };
}

/** A value as the service tells its own: undefined for what is no number where numbers are predicted. */
type ReadValue = (text: string) => string | number | undefined;

async function readerOf(server: ClientOptions, service: string, signal: AbortSignal): Promise<ReadValue> {
  const { classes } = await callRoute(server, routes.readServiceSchema, { params: { service }, signal });
  if (classes.length > 0) return (text) => text;
  return (text) => (text.trim() === "" || !Number.isFinite(Number(text)) ? undefined : Number(text));
}

/** A day is its first moment in UTC. */
function timeOf(text: string): string {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text;
}

async function send(labels: readonly Label[], server: ClientOptions, terminal: Terminal): Promise<Counts> {
  const progress = startProgress(terminal);
  let [recorded, repeated] = [0, 0];
  try {
    for (let start = 0; start < labels.length; start += batchRows) {
      const body = { labels: labels.slice(start, start + batchRows) };
      const counts = await callRoute(server, routes.recordLabels, { body, repeatable: true, signal: terminal.signal }).catch(
        (error: unknown) => {
          throw byRow(error, start);
        },
      );
      recorded += counts.recorded;
      repeated += counts.repeated;
      progress.show("recording", start + body.labels.length, labels.length);
    }
  } finally {
    progress.end();
  }
  return { recorded, repeated };
}

/** `/labels/3` of a batch is a row of the file. */
function byRow(error: unknown, start: number): unknown {
  const { problems } = error as { problems?: readonly Problem[] };
  if (problems === undefined) return error;
  const named = problems.map((one) => ({
    ...one,
    path: one.path.replace(/^\/(?:body\/)?labels\/(\d+)/, (_, index: string) => `/rows/${start + Number(index) + 1}`),
  }));
  return Object.assign(error as Error, { problems: named });
}
