/**
 * The reference pages under docs/reference, made from the tables that the product itself runs on.
 *
 * `node tools/write-reference.ts` writes them; a test finds a page that no longer says what the tables say.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Writable } from "node:stream";
import type { Command, Option } from "commander";
import { environmentTable } from "../packages/cli/src/environment.ts";
import { exitCodes } from "../packages/cli/src/exit-codes.ts";
import { buildProgram } from "../packages/cli/src/program.ts";
import { errorGuide } from "../packages/contract/src/error-guide.ts";
import { examples } from "../packages/contract/src/examples/index.ts";
import { accessWords, type ErrorCode, errorCodesOf, errors, type RouteSpec, routes } from "../packages/contract/src/index.ts";
import { settings } from "../packages/server/src/config.ts";
import { root } from "./step.ts";

const note = "<!-- Made by tools/write-reference.ts; edit the tables it reads, not this page. -->";

/** Text of each page by its path below the root. */
export async function referencePages(): Promise<Readonly<Record<string, string>>> {
  return {
    "docs/reference/api.md": apiPage(),
    "docs/reference/errors.md": errorsPage(),
    "docs/reference/configuration.md": configurationPage(),
    "docs/reference/cli.md": await commandPage(),
  };
}

function page(title: string, ...parts: readonly string[]): string {
  return `${[note, `# ${title}`, ...parts].join("\n\n")}\n`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function apiPage(): string {
  const all: readonly [string, RouteSpec][] = Object.entries(routes);
  const tags = [...new Set(all.map(([, route]) => route.tag))];
  const sections = tags.map((tag) => {
    const own = all.filter(([, route]) => route.tag === tag);
    return [`## ${tag}`, ...own.map(([name, route]) => operation(name, route))].join("\n\n");
  });
  const words =
    "Every operation of the HTTP API. The same as OpenAPI 3.1 is at `/openapi.json`, and to read in a browser at `/docs`, of each server. Errors are explained in [errors.md](errors.md).";
  return page("API", words, ...sections);
}

interface ObjectSchema {
  readonly properties?: Readonly<Record<string, { readonly description?: string }>>;
  readonly required?: readonly string[];
  readonly allOf?: readonly ObjectSchema[];
}

function fields(place: string, schema: unknown): string[][] {
  if (schema === undefined) return [];
  const { properties = {}, required = [], allOf = [] } = schema as ObjectSchema;
  const own = Object.entries(properties).map(([name, value]) => [
    `\`${name}\``,
    place,
    required.includes(name) ? "yes" : "",
    value.description ?? "",
  ]);
  return [...own, ...allOf.flatMap((part) => fields(place, part))];
}

function operation(name: string, route: RouteSpec): string {
  const rows = [
    ...fields("path", route.params),
    ...fields("query", route.query),
    ...fields("header", route.headers),
    ...fields("body", route.body),
  ];
  const streamed =
    route.streamedBody === undefined ? [] : [`Body: the file itself, as ${route.streamedBody.map((type) => `\`${type}\``).join(", ")}.`];
  const codes = errorCodesOf(route).map((code) => `[\`${code}\`](errors.md#${anchor(code)})`);
  return [
    `### ${name}`,
    `\`${route.method} ${route.path}\` — ${route.summary}`,
    route.description,
    `Who: ${accessWords(route.access)}. Answers ${route.status ?? 200}${route.responseType === undefined ? "" : `, \`${route.responseType.split(";")[0]}\``}.`,
    ...streamed,
    ...(rows.length === 0 ? [] : [table(["Field", "In", "Needed", "Meaning"], rows)]),
    ...shown("Request", examples[name]?.request),
    ...shown("Reply", examples[name]?.reply),
    `Errors: ${codes.join(", ")}`,
  ].join("\n\n");
}

/** An example as a block, texts as they are. */
function shown(title: string, example: unknown): string[] {
  if (example === undefined) return [];
  const text = typeof example === "string" ? example.trimEnd() : JSON.stringify(example, null, 2);
  return [`${title}:`, `\`\`\`${typeof example === "string" ? "text" : "json"}\n${text}\n\`\`\``];
}

function anchor(code: string): string {
  return code.replaceAll(/[^a-z0-9_-]/g, "");
}

function errorsPage(): string {
  const groups = [...new Set(Object.keys(errors).map((code) => code.split(".")[0] ?? ""))];
  const sections = groups.map((group) => {
    const own = Object.entries(errors).filter(([code]) => code.startsWith(`${group}.`));
    return [`## ${group}`, ...own.map(([code, spec]) => errorEntry(code as ErrorCode, spec))].join("\n\n");
  });
  return page(
    "Errors",
    'Each error reply under `/api/v1` is `{"error": {"code", "message", "values", "problems", "requestId"}}`; under `/v2` it is `{"error": "message"}`. Program against `code`; it never changes its meaning. `{name}` in a message stands for one of `values`. `problems` lists everything that is wrong with an input, each with the path of its field. A reply with `Retry-After` says when to try again.',
    ...sections,
  );
}

/** More operations than these are not named one by one. */
const operationsNamed = 12;

function errorEntry(code: ErrorCode, { status, message }: { readonly status: number; readonly message: string }): string {
  const { cause, remedy } = errorGuide[code];
  const all: readonly [string, RouteSpec][] = Object.entries(routes);
  const answering = all
    .filter(([, route]) => errorCodesOf(route).includes(code))
    .map(([name]) => `[${name}](api.md#${name.toLowerCase()})`);
  const by = answering.length > operationsNamed ? `${answering.length} operations` : answering.join(", ");
  return [
    `### ${code}`,
    `Status ${status}. ${message}`,
    `Cause: ${cause}`,
    `What to do: ${remedy}`,
    ...(by === "" ? [] : [`Answered by: ${by}.`]),
  ].join("\n\n");
}

function configurationPage(): string {
  const rows = Object.values(settings).map(
    (setting: { name: string; kind: string; default: string | null; unit?: string; doc: string; secret?: boolean }) => [
      `\`${setting.name}\``,
      setting.unit === undefined ? setting.kind : `${setting.kind}, ${setting.unit}`,
      setting.default === null ? "none" : `\`${setting.default}\``,
      `${setting.doc}${setting.secret === true ? " Secret: prints as `***`." : ""}`,
    ],
  );
  const words =
    "Settings of a server, read from the environment. All faults are told at once; a name that begins with `MEGALITH_` and is not known is refused.";
  return page("Configuration", words, table(["Name", "Kind", "Default", "Meaning"], rows));
}

async function commandPage(): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const program = await buildProgram({ out: silent, err: silent } as unknown as Parameters<typeof buildProgram>[0]);
  const environment = Object.values(environmentTable).map(({ name, default: value, doc }) => [
    `\`${name}\``,
    value === null ? "none" : `\`${value}\``,
    doc,
  ]);
  const codes = Object.values(exitCodes).map(({ code, doc }) => [String(code), doc]);
  return page(
    "Command line",
    "From a clone: `npx --no-install megalith …`. `--json` prints one object on standard output; progress goes to standard error.",
    ...program.commands.flatMap((command) => describeCommand("megalith", command)),
    "## Environment",
    table(["Name", "Default", "Meaning"], environment),
    "## Exit codes",
    table(["Code", "Meaning"], codes),
  );
}

function describeCommand(parent: string, command: Command): string[] {
  const name = `${parent} ${command.name()}`;
  const words = command.registeredArguments.map((argument) => (argument.required ? `<${argument.name()}>` : `[${argument.name()}]`));
  const rows = [
    ...command.registeredArguments.map((argument) => [`\`${argument.name()}\``, argument.required ? "yes" : "", argument.description]),
    ...command.options
      .filter((option) => !option.hidden)
      .map((option) => [`\`${option.flags}\``, option.mandatory ? "yes" : "", meaningOf(option)]),
  ];
  return [
    `## ${[name, ...words].join(" ")}`,
    command.description(),
    ...(rows.length === 0 ? [] : [table(["Argument or flag", "Needed", "Meaning"], rows)]),
    ...command.commands.flatMap((inner) => describeCommand(name, inner)),
  ];
}

function meaningOf({ description, defaultValue, defaultValueDescription, argChoices }: Option): string {
  const choices = argChoices === undefined ? "" : `: ${argChoices.map((choice) => `\`${choice}\``).join(", ")}`;
  const fallback = defaultValueDescription ?? (defaultValue === undefined ? undefined : String(defaultValue));
  return `${description}${choices}${fallback === undefined ? "" : `; \`${fallback}\` by default`}`;
}

if (import.meta.main) {
  mkdirSync(join(root, "docs/reference"), { recursive: true });
  for (const [path, text] of Object.entries(await referencePages())) writeFileSync(join(root, path), text);
}
