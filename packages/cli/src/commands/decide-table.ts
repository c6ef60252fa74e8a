/**
 * `megalith decide SERVICE --file X.csv --out Y.csv`: a table's rows asked in batches, answered in their order.
 *
 * Each row's reference follows from the file alone, so the same command again asks the same: what was answered before is
 * free and the same, and a run that was cut off goes on where it stopped. What can be found wrong without the server is
 * found before anything is sent.
 */
import { type ClientOptions, callRoute } from "@megalith/client";
import {
  type DecideReply,
  type DecisionShape,
  MegalithError,
  type Problem,
  pointerPart,
  problem,
  routes,
  type ServiceSchemaShape,
  unknownName,
} from "@megalith/contract";
import { type CellValue, csvText } from "@megalith/platform/tables";
import { checkOutput, writeWhole } from "../output-file.ts";
import { decimalOfNanos, openServer, repeatedIn } from "../server-access.ts";
import { type TableRows, withTableRows } from "../table-rows.ts";
import { printJson, startProgress, type Terminal } from "../terminal.ts";
import type { DecideFlags } from "./decide.ts";

const batchRows = 500;
/** Of a batch's records as JSON, below the route's limit of 4 MiB with room for references. */
const batchBytes = 3 * 1024 * 1024;
/** While one batch is answered the next is on its way. */
const batchesAhead = 2;
const shownProblems = 100;

interface Batch {
  readonly firstRow: number;
  readonly records: readonly Readonly<Record<string, CellValue>>[];
  readonly references: readonly string[];
  readonly subjects: readonly string[] | undefined;
}

interface Work {
  readonly service: string;
  readonly flags: DecideFlags & { readonly out: string };
  readonly schema: ServiceSchemaShape;
  readonly table: TableRows;
  /** The service's columns that the table has. */
  readonly sent: readonly string[];
  /** Told how many rows of a batch were answered before. */
  readonly onRepeated: (count: number) => void;
}

export async function decideTable(service: string, flags: Work["flags"], terminal: Terminal): Promise<void> {
  const { signal } = terminal;
  const file = tableOf(flags);
  await checkOutput(flags.out, [file]);
  const startedAt = terminal.elapsedMs();
  const server: ClientOptions = { ...(await openServer(flags, terminal)), tries: 10 };
  const schema = await callRoute(server, routes.readServiceSchema, { params: { service }, signal });
  const texts = [flags.id, flags.subjectColumn].filter((name) => name !== undefined);
  const kinds = Object.fromEntries([
    ...texts.map((name) => [name, "category"] as const),
    ...schema.columns.map(({ name, kind }) => [name, kind] as const),
  ]);
  await withTableRows(file, { signal, kinds }, async (table) => {
    const own = new Set(table.columns);
    checkColumns(schema, flags, own);
    let repeated = 0;
    const sent = schema.columns.map(({ name }) => name).filter((name) => own.has(name));
    const work: Work = { service, flags, schema, table, sent, onRepeated: (count) => (repeated += count) };
    tellColumns(terminal, work);
    await checkRows(work, file);
    const sums = await answerAll(work, server, terminal);
    const seconds = (terminal.elapsedMs() - startedAt) / 1000;
    const amounts = [...sums].map(([currency, nanos]) => ({ currency, nanos: String(nanos) }));
    if (flags.json === true) return printJson(terminal, { service, rows: table.rowCount, out: flags.out, amounts, repeated, seconds });
    const cost = amounts.map(({ currency, nanos }) => `, ${decimalOfNanos(nanos)} ${currency}`).join("");
    terminal.out.write(`${flags.out} written (${table.rowCount} rows${cost}, ${seconds.toFixed(1)} s)\n`);
    if (repeated > 0) terminal.out.write(`${repeated} of the rows had been answered before and were not charged again\n`);
  });
}

function tableOf({ file, record, reference, subject }: DecideFlags): string {
  const refuse = (reason: string): MegalithError => new MegalithError("command.input_invalid", { values: { source: "--out", reason } });
  if (file === undefined) throw refuse("it goes with a table, named by --file");
  if (file === "-") throw refuse("a table comes from a file, not from standard input");
  const single = Object.entries({ record, reference, subject }).find(([, value]) => value !== undefined);
  if (single !== undefined) throw refuse(`it goes with a table, and --${single[0]} with one record`);
  return file;
}

/** @throws MegalithError "training.columns_unknown" when the table lacks a column that is needed, "training.output_clash". */
function checkColumns(schema: ServiceSchemaShape, { id, subjectColumn }: DecideFlags, own: ReadonlySet<string>): void {
  const required = schema.columns.filter(({ required }) => required).map(({ name }) => name);
  const isNone = schema.columns.every(({ name }) => !own.has(name));
  const needed = isNone ? schema.columns.map(({ name }) => name) : required;
  const missing = [...needed, id, subjectColumn].filter((name) => name !== undefined && !own.has(name)) as string[];
  if (missing.length > 0) {
    const problems = missing.map((name, index) =>
      unknownName(`/columns/${pointerPart(name)}`, "missing", "fileNoColumn", name, [...own], index),
    );
    throw new MegalithError("training.columns_unknown", { values: { count: missing.length }, problems });
  }
  if (id === undefined || !headerOf(schema, true).includes(id)) return;
  const problems = [problem(`/columns/${pointerPart(id)}`, "clash", "outputTwice", { name: id })];
  throw new MegalithError("training.output_clash", { values: { count: 1 }, problems });
}

function tellColumns(terminal: Terminal, { flags, schema, table, sent }: Work): void {
  const known = new Set([...schema.columns.map(({ name }) => name), flags.id, flags.subjectColumn]);
  const left = table.columns.filter((name) => !known.has(name));
  const lacking = schema.columns.map(({ name }) => name).filter((name) => !sent.includes(name));
  if (left.length > 0) terminal.err.write(`Not sent, as the service has no such column: ${some(left)}.\n`);
  if (lacking.length > 0) terminal.err.write(`Answered as missing, as the file has no such column: ${some(lacking)}.\n`);
}

function some(names: readonly string[]): string {
  return `${names.slice(0, 10).join(", ")}${names.length > 10 ? ` and ${names.length - 10} more` : ""}`;
}

/** What the server would refuse, in every row, before the first is sent. @throws MegalithError "command.rows_invalid". */
async function checkRows({ flags, schema, table, sent }: Work, file: string): Promise<void> {
  const { id, subjectColumn } = flags;
  const required = new Set([...schema.columns.filter(({ required }) => required).map(({ name }) => name), id, subjectColumn]);
  const names = columnsOf(flags, sent);
  const needed = names.flatMap((name, index) => (required.has(name) ? [{ name, index }] : []));
  const idAt = id === undefined ? -1 : names.indexOf(id);
  const firstRows = new Map<CellValue, number>();
  const problems: Problem[] = [];
  let count = 0;
  let row = 0;
  const note = (found: () => Problem): void => {
    count += 1;
    if (problems.length < shownProblems) problems.push(found());
  };
  for await (const cells of table.rows(names)) {
    row += 1;
    const path = `/rows/${row}`;
    if (sent.every((_, index) => cells[index] === null)) note(() => problem(path, "required", "recordEmpty"));
    for (const { name, index } of needed)
      if (cells[index] === null) note(() => problem(`${path}/${pointerPart(name)}`, "required", "missing", { name }));
    const own = idAt < 0 ? null : (cells[idAt] ?? null);
    if (own === null) continue;
    const first = firstRows.get(own);
    if (first === undefined) firstRows.set(own, row);
    else note(() => problem(`${path}/${pointerPart(id ?? "")}`, "unique", "referenceTwice", { reference: String(own), first }));
  }
  if (count > 0) throw new MegalithError("command.rows_invalid", { values: { file, count }, problems });
}

/** What is read of each row: the record, then the id and whom it is about. */
function columnsOf({ id, subjectColumn }: DecideFlags, sent: readonly string[]): string[] {
  return [...new Set([...sent, ...[id, subjectColumn].filter((name) => name !== undefined)])];
}

/** @returns what it came to, in nanos by currency. */
async function answerAll(work: Work, server: ClientOptions, terminal: Terminal): Promise<ReadonlyMap<string, bigint>> {
  const progress = startProgress(terminal);
  const sums = new Map<string, bigint>();
  let answered = 0;
  const onAnswered = (decisions: readonly DecisionShape[]): void => {
    answered += decisions.length;
    progress.show("answering", answered, work.table.rowCount);
    for (const { price } of decisions) if (price !== null) sums.set(price.currency, (sums.get(price.currency) ?? 0n) + BigInt(price.nanos));
  };
  try {
    await writeWhole(work.flags.out, linesOf(work, server, terminal, onAnswered));
  } catch (error) {
    progress.end();
    if (answered > 0)
      terminal.err.write(`${answered} of ${work.table.rowCount} rows were answered. The same command again costs nothing for them.\n`);
    if ((error as { code?: unknown }).code === "serving.reference_reused")
      terminal.err.write("Such rows were asked before with other values; --run NAME asks all of them anew.\n");
    throw error;
  }
  progress.end();
  return sums;
}

async function* linesOf(
  work: Work,
  server: ClientOptions,
  terminal: Terminal,
  onAnswered: (decisions: readonly DecisionShape[]) => void,
): AsyncGenerator<string> {
  const waiting: { batch: Batch; reply: Promise<DecideReply> }[] = [];
  let withReasons: boolean | undefined;
  async function* next(): AsyncGenerator<string> {
    const first = waiting.shift();
    if (first === undefined) return;
    const { decisions } = await first.reply;
    if (withReasons === undefined) {
      withReasons = decisions[0]?.reasons !== undefined;
      yield lineOf([work.flags.id ?? "row", ...headerOf(work.schema, withReasons)].map(csvText));
    }
    yield decisions.map((decision, index) => lineOf(cellsOf(work, first.batch, index, decision, withReasons === true))).join("");
    onAnswered(decisions);
  }
  for await (const batch of batchesOf(work)) {
    const reply = ask(work, server, batch, terminal.signal);
    // Awaited in its turn; an earlier one may fail first.
    reply.catch(() => undefined);
    waiting.push({ batch, reply });
    if (waiting.length > batchesAhead) yield* next();
  }
  while (waiting.length > 0) yield* next();
}

async function* batchesOf({ flags, sent, table }: Work): AsyncGenerator<Batch> {
  const columns = columnsOf(flags, sent);
  const idAt = flags.id === undefined ? -1 : columns.indexOf(flags.id);
  const subjectAt = flags.subjectColumn === undefined ? -1 : columns.indexOf(flags.subjectColumn);
  const prefix = `${flags.run === undefined ? "" : `${flags.run}/`}`;
  let records: Record<string, CellValue>[] = [];
  let references: string[] = [];
  let subjects: string[] = [];
  let bytes = 0;
  let row = 0;
  const cut = (): Batch => {
    const batch = { firstRow: row - records.length + 1, records, references, subjects: subjectAt < 0 ? undefined : subjects };
    [records, references, subjects, bytes] = [[], [], [], 0];
    return batch;
  };
  for await (const cells of table.rows(columns)) {
    const record = Object.fromEntries(sent.flatMap((name, index) => (cells[index] === null ? [] : [[name, cells[index] as CellValue]])));
    const size = Buffer.byteLength(JSON.stringify(record));
    if (records.length > 0 && (records.length === batchRows || bytes + size > batchBytes)) yield cut();
    row += 1;
    bytes += size;
    records.push(record);
    references.push(`${prefix}${idAt < 0 ? `${table.sha256.slice(0, 16)}-${row}` : String(cells[idAt])}`);
    if (subjectAt >= 0) subjects.push(String(cells[subjectAt]));
  }
  if (records.length > 0) yield cut();
}

async function ask({ service, onRepeated }: Work, server: ClientOptions, batch: Batch, signal: AbortSignal): Promise<DecideReply> {
  const { records, references, subjects } = batch;
  const body = { records: [...records], references: [...references], ...(subjects === undefined ? {} : { subjects: [...subjects] }) };
  try {
    return await callRoute(server, routes.decide, {
      params: { service },
      body,
      repeatable: true,
      signal,
      onHeaders: (headers) => onRepeated(repeatedIn(headers)),
    });
  } catch (error) {
    throw byRow(error, batch);
  }
}

/** `/records/3/age` of a batch is `/rows/1204/age` of the file. */
function byRow(error: unknown, { firstRow }: Batch): unknown {
  const { problems } = error as { problems?: readonly Problem[] };
  if (problems === undefined) return error;
  const named = problems.map((one) => ({
    ...one,
    path: one.path.replace(
      /^\/(?:body\/)?(?:records|references|subjects)\/(\d+)/,
      (_, index: string) => `/rows/${firstRow + Number(index)}`,
    ),
  }));
  return Object.assign(error as Error, { problems: named });
}

/** Beside the id or row number. Price and reasons are empty where the service has none. */
function headerOf({ classes, task }: ServiceSchemaShape, withReasons: boolean): string[] {
  const chances = task === "multiclass" ? classes.map((name) => `p_${name}`) : [];
  return ["prediction", ...chances, "decision", "version", "price", "currency", "unseen", ...(withReasons ? ["reasons"] : [])];
}

function cellsOf({ flags, schema }: Work, batch: Batch, index: number, decision: DecisionShape, withReasons: boolean): string[] {
  const { prediction, probabilities = {}, id, version, price, reasons = [], unseen = [] } = decision;
  const chances = schema.task === "multiclass" ? schema.classes.map((name) => String(probabilities[name] ?? "")) : [];
  const reference = (batch.references[index] as string).slice(flags.run === undefined ? 0 : flags.run.length + 1);
  return [
    flags.id === undefined ? String(batch.firstRow + index) : csvText(reference),
    typeof prediction === "number" ? String(prediction) : csvText(prediction),
    ...chances,
    id,
    String(version.number),
    price === null ? "" : decimalOfNanos(price.nanos),
    price === null ? "" : price.currency,
    csvText(unseen.join("; ")),
    ...(withReasons ? [csvText(reasons.map(({ text }) => text).join("; "))] : []),
  ];
}

function lineOf(cells: readonly string[]): string {
  return `${cells.join(",")}\n`;
}
