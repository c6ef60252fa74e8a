/** `megalith plans`: list them, show one, make one from flags or a file, change its prices from a time on. */
import { readFile } from "node:fs/promises";
import { callRoute } from "@megalith/client";
import { type BodyOf, MegalithError, type PlanShape, type PricesShape, parseAmount, routes } from "@megalith/contract";
import { systemClock } from "@megalith/platform/foundation";
import { type Command, InvalidArgumentError } from "commander";
import { parseObject } from "../input-text.ts";
import { addServerFlags, decimalOfNanos, openServer, type ServerFlags } from "../server-access.ts";
import { printJson, printTable, type Terminal } from "../terminal.ts";

interface PriceFlags extends ServerFlags {
  readonly price?: string;
  readonly reasonsSurcharge?: string;
  readonly monthlyFee?: string;
  readonly includedUnits?: number;
  readonly file?: string;
}

interface CreateFlags extends PriceFlags {
  readonly name?: string;
  readonly title?: string;
  readonly currency?: string;
  readonly timeZone?: string;
}

/** What a plan costs that nothing is said of. */
const free: Omit<PricesShape, "tiers"> = {
  valueShare: null,
  reasonsSurchargeNanos: "0",
  monthlyFeeNanos: "0",
  includedUnits: 0,
};

export function addPlans(program: Command, terminal: Terminal): void {
  const { signal } = terminal;
  const plans = program.command("plans").description("Price plans on a server.");
  addServerFlags(plans.command("list").description("List plans with the prices in force.")).action(async (flags: ServerFlags) => {
    const { items } = await callRoute(await openServer(flags, terminal), routes.listPlans, { signal });
    if (flags.json === true) return printJson(terminal, { plans: items });
    const rows = items.map((plan) => {
      const now = systemClock.now();
      const inForce = plan.versions.find(({ validFrom }) => new Date(validFrom) <= now) ?? plan.versions[0];
      const brief = inForce === undefined ? [] : [String(inForce.number), ...pricesInBrief(inForce.prices)];
      return [plan.name, plan.title, plan.currency, ...brief];
    });
    printTable(terminal, ["name", "title", "currency", "version", "a decision", "with reasons", "a month"], rows);
  });
  const show = plans.command("show").description("Show a plan with all of its versions.").argument("<plan>", "its name");
  addServerFlags(show).action(async (name: string, flags: ServerFlags) => {
    const plan = await callRoute(await openServer(flags, terminal), routes.readPlan, { params: { plan: name }, signal });
    if (flags.json === true) return printJson(terminal, plan);
    showPlan(terminal, plan);
  });
  const create = plans
    .command("create")
    .description("Make a plan, in force at once: one price by flags, tiers and shares by a file.")
    .option("--name <name>", "needed without --file: its name")
    .option("--currency <code>", "needed without --file: an ISO 4217 code, for example EUR")
    .option("--title <title>", "how people call it")
    .option("--time-zone <zone>", "whose days and months count, an IANA name; UTC when nothing is said");
  addPriceFlags(create, { price: "needed without --file", others: "0" }).action(async (flags: CreateFlags) => {
    const body = await planOf(flags);
    const plan = await callRoute(await openServer(flags, terminal), routes.createPlan, { body, signal });
    if (flags.json === true) return printJson(terminal, plan);
    showPlan(terminal, plan);
  });
  const change = plans
    .command("change")
    .description("Change a plan's prices as a new version; what was used before keeps its price.")
    .argument("<plan>", "its name")
    .option("--from <time>", "when they begin, for example 2027-01-01T00:00:00Z; at once when nothing is said");
  addPriceFlags(change, { price: "kept when nothing is said", others: "kept" }).action(
    async (name: string, flags: PriceFlags & { from?: string }) => {
      const server = await openServer(flags, terminal);
      // By flags a part is changed; a file says the whole.
      const before =
        flags.file === undefined ? (await callRoute(server, routes.readPlan, { params: { plan: name }, signal })).versions[0] : undefined;
      const { prices } = await pricesOf(flags, before?.prices);
      const body = { prices, ...(flags.from === undefined ? {} : { validFrom: flags.from }) };
      const plan = await callRoute(server, routes.addPlanVersion, { params: { plan: name }, body, signal });
      if (flags.json === true) return printJson(terminal, plan);
      showPlan(terminal, plan);
    },
  );
}

/** @param unsaid what holds of a part that nothing is said of. */
function addPriceFlags(command: Command, unsaid: { readonly price: string; readonly others: string }): Command {
  const { price, others } = unsaid;
  return addServerFlags(
    command
      .option("--price <amount>", `${price}: of a decision, for example 0.02`, amount)
      .option("--reasons-surcharge <amount>", `added where a decision gives reasons; ${others} when nothing is said`, amount)
      .option("--monthly-fee <amount>", `${others} when nothing is said`, amount)
      .option("--included-units <n>", `decisions of a month that the fee pays; ${others} when nothing is said`, whole)
      .option("--file <file>", "JSON or YAML with the fields of POST /api/v1/plans; flags go before it"),
  );
}

/** Nanos as text. */
function amount(text: string): string {
  const nanos = parseAmount(text);
  if (nanos === undefined || nanos < 0n)
    throw new InvalidArgumentError("A decimal number from 0 is needed, with at most 9 digits after the point.");
  return String(nanos);
}

function whole(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError("A whole number from 0 is needed.");
  return Number(text);
}

async function planOf(flags: CreateFlags): Promise<BodyOf<typeof routes.createPlan>> {
  const { prices, rest } = await pricesOf(flags);
  const { name, title, currency, timeZone } = flags;
  const given = Object.fromEntries(Object.entries({ name, title, currency, timeZone }).filter(([, value]) => value !== undefined));
  const body = { timeZone: "UTC", ...rest, ...given, prices } as Partial<BodyOf<typeof routes.createPlan>>;
  const missing = (["name", "currency"] as const).filter((field) => body[field] === undefined);
  if (missing.length > 0)
    throw refuse(
      `it needs ${missing.map((field) => `--${field}`).join(" and ")}${flags.file === undefined ? "" : `, in ${flags.file} or as a flag`}`,
    );
  return body as BodyOf<typeof routes.createPlan>;
}

function refuse(reason: string): MegalithError {
  return new MegalithError("command.input_invalid", { values: { source: "The plan", reason } });
}

/** The file's prices with those of the flags in their places. What is wrong with them the server says, all at once. */
async function pricesOf(
  flags: PriceFlags,
  before: Partial<PricesShape> = free,
): Promise<{ prices: PricesShape; rest: Record<string, unknown> }> {
  const { price, reasonsSurcharge, monthlyFee, includedUnits, file } = flags;
  const read = file === undefined ? {} : (plain(parseObject(await readFile(file, "utf8"), file)) as Record<string, unknown>);
  const { prices: told = {}, ...rest } = read;
  const given = {
    tiers: price === undefined ? undefined : [{ upTo: null, priceNanos: price }],
    reasonsSurchargeNanos: reasonsSurcharge,
    monthlyFeeNanos: monthlyFee,
    includedUnits,
  };
  const flagged = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const prices = { ...before, ...(told as object), ...flagged } as PricesShape;
  if (prices.tiers === undefined)
    throw refuse(
      file === undefined ? "it needs --price, or --file with its tiers" : `${file} has no prices.tiers, and --price is not given`,
    );
  return { prices, rest };
}

/** Money travels as text, and a person writes a number: `priceNanos: 20000000`. */
function plain(value: unknown, name = ""): unknown {
  if (typeof value === "bigint" || typeof value === "number") return name.endsWith("Nanos") ? String(value) : Number(value);
  if (Array.isArray(value)) return value.map((item) => plain(item));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner, key)]));
}

function pricesInBrief({ tiers, valueShare, reasonsSurchargeNanos, monthlyFeeNanos, includedUnits }: PricesShape): string[] {
  const each = tiers.map(({ priceNanos }) => decimalOfNanos(priceNanos)).join(" / ");
  const share = valueShare === null ? "" : ` + ${percent(valueShare.hundredthsOfBasisPoint)} of the value`;
  const included = includedUnits === 0 ? "" : `, ${includedUnits} included`;
  return [`${each}${share}`, `+${decimalOfNanos(reasonsSurchargeNanos)}`, `${decimalOfNanos(monthlyFeeNanos)}${included}`];
}

function percent(millionths: number): string {
  return `${millionths / 10_000}%`;
}

function showPlan(terminal: Terminal, plan: PlanShape): void {
  const say = (line: string): unknown => terminal.out.write(`${line}\n`);
  say(`${plan.name} (${plan.title}), in ${plan.currency}, days of ${plan.timeZone}`);
  for (const { number, validFrom, prices } of plan.versions) {
    say(`version ${number}, from ${validFrom}`);
    let from = 1;
    for (const { upTo, priceNanos } of prices.tiers) {
      const units = upTo === null ? (from === 1 ? "each decision" : `from the ${from}. of a day`) : `the ${from}. to ${upTo}. of a day`;
      say(`  ${units}  ${decimalOfNanos(priceNanos)}`);
      from = (upTo ?? 0) + 1;
    }
    if (prices.valueShare !== null) {
      const { hundredthsOfBasisPoint, floorNanos, capNanos } = prices.valueShare;
      const cap = capNanos === null ? "" : `, at most ${decimalOfNanos(capNanos)}`;
      say(`  of the value  ${percent(hundredthsOfBasisPoint)}, at least ${decimalOfNanos(floorNanos)}${cap}`);
    }
    say(`  with reasons  +${decimalOfNanos(prices.reasonsSurchargeNanos)}`);
    say(`  a month  ${decimalOfNanos(prices.monthlyFeeNanos)}, with ${prices.includedUnits} decisions included`);
  }
}
