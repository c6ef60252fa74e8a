/** `megalith decide SERVICE`: one record asked and shown with its reasons, or a table's rows answered into a file. */
import { callRoute } from "@megalith/client";
import { type DecideReply, MegalithError, routes } from "@megalith/contract";
import { systemClock, systemRandom, uuidMaker } from "@megalith/platform/foundation";
import type { Command } from "commander";
import { parseObject, readInput } from "../input-text.ts";
import { addServerFlags, decimalOfNanos, openServer, repeatedIn, type ServerFlags } from "../server-access.ts";
import { printJson, type Terminal } from "../terminal.ts";

export interface DecideFlags extends ServerFlags {
  readonly record?: string;
  readonly file?: string;
  readonly out?: string;
  readonly reference?: string;
  readonly subject?: string;
  readonly id?: string;
  readonly subjectColumn?: string;
  readonly run?: string;
}

export function addDecide(program: Command, terminal: Terminal): void {
  const command = program
    .command("decide")
    .description("Ask a service: one record, or with --out every row of a table.")
    .argument("<service>", "its name")
    .option("--record <json>", "one record, for example '{\"age\":3}'")
    .option("--file <file>", "one record as JSON or YAML (- reads standard input), or with --out a table (CSV or Parquet, gzip or not)")
    .option("--out <file.csv>", "with a table: where to write the answers, one line a row in input order")
    .option("--reference <text>", "with one record: your own id of the decision; asked again it is free, and labels may name it")
    .option("--subject <text>", "with one record: whom it is about, for later erasure")
    .option("--id <column>", "with a table: the column of your own ids, first in the output and the decisions' references")
    .option("--subject-column <column>", "with a table: the column that says whom a row is about")
    .option(
      "--run <name>",
      "with a table: ask anew, under references NAME/id; with the same name, or again without one, what was answered is free and the same",
    );
  addServerFlags(command).action(async (service: string, flags: DecideFlags) => {
    const { out } = flags;
    if (out === undefined) return decideRecord(service, flags, terminal);
    // A table brings DuckDB along.
    const { decideTable } = await import("./decide-table.ts");
    await decideTable(service, { ...flags, out }, terminal);
  });
}

async function decideRecord(service: string, flags: DecideFlags, terminal: Terminal): Promise<void> {
  const { file, record: given, reference, subject } = flags;
  checkFlags(flags);
  if (file !== undefined && /\.(?:csv|tsv|parquet)(?:\.gz)?$/i.test(file))
    throw new MegalithError("command.input_invalid", { values: { source: file, reason: "a table needs --out, where its answers go" } });
  const source = given === undefined ? (file ?? "Standard input") : "--record";
  const record = parseObject(given ?? (await readInput(file ?? "-", terminal)), source);
  const server = await openServer(flags, terminal);
  const body = {
    record: cellsOf(record),
    ...(reference === undefined ? {} : { reference }),
    ...(subject === undefined ? {} : { subject }),
  };
  const once = reference === undefined ? { idempotencyKey: uuidMaker(systemClock, systemRandom)() } : { repeatable: true };
  let repeated = 0;
  const onHeaders = (headers: Headers): void => {
    repeated = repeatedIn(headers);
  };
  const reply = await callRoute(server, routes.decide, { params: { service }, body, ...once, signal: terminal.signal, onHeaders });
  if (flags.json === true) printJson(terminal, reply);
  else show(terminal, reply);
  if (repeated > 0) terminal.err.write("It had been answered before and was not charged again.\n");
}

/** What would be left unread is refused. */
function checkFlags({ record, file, id, subjectColumn, run }: DecideFlags): void {
  const refuse = (source: string, reason: string): MegalithError =>
    new MegalithError("command.input_invalid", { values: { source, reason } });
  const ofTable = Object.entries({ "--id": id, "--subject-column": subjectColumn, "--run": run }).find(([, value]) => value !== undefined);
  if (ofTable !== undefined) throw refuse(ofTable[0], "it goes with a table, which needs --file and --out");
  if (record !== undefined && file !== undefined) throw refuse("--record", "it is one record, and --file is another");
}

/** A number that YAML read as bigint is a number to a service. */
function cellsOf(record: Record<string, unknown>): Record<string, string | number | boolean | null> {
  const cells = Object.entries(record).map(([name, value]) => [name, typeof value === "bigint" ? Number(value) : value]);
  return Object.fromEntries(cells) as Record<string, string | number | boolean | null>;
}

function show(terminal: Terminal, { decisions, remaining }: DecideReply): void {
  const say = (line: string): unknown => terminal.out.write(`${line}\n`);
  for (const { id, prediction, probabilities, score, base, reasons, other, unseen, version, price } of decisions) {
    say(`prediction  ${typeof prediction === "number" ? figure(prediction) : prediction}`);
    for (const [name, chance] of Object.entries(probabilities ?? {})) say(`  ${figure(chance)}  ${name}`);
    say(`score       ${figure(score)}${base === undefined ? "" : ", which is"}`);
    if (base !== undefined) say(`  ${signed(base)}  base`);
    for (const { contribution, column, value } of reasons ?? [])
      say(`  ${signed(contribution)}  ${column} = ${String(value ?? "missing")}`);
    if (other !== undefined) say(`  ${signed(other)}  all other columns`);
    if (unseen !== undefined) say(`unseen      ${unseen.join(", ")}: training never saw such a category, so it counted as missing`);
    say(`decision    ${id} of version ${version.number}${price === null ? "" : `, ${decimalOfNanos(price.nanos)} ${price.currency}`}`);
  }
  if (remaining !== null) say(`remaining   ${remaining} decisions of this month's quota`);
}

function figure(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toPrecision(4);
}

/** `+0.1234`, so that a column of them lines up. */
function signed(value: number): string {
  return `${value < 0 ? "" : "+"}${value.toFixed(4)}`;
}
