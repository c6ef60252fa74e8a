/**
 * The first run: the service `credit-risk` from the bundled German credit table, a plan, the customer `demo` and its key.
 *
 * Each step looks whether it is done already, so a start that was killed half-way goes on where it stopped.
 */
import { existsSync } from "node:fs";
import { open, rename } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { MegalithError } from "@megalith/contract";
import { describeInputs } from "@megalith/platform/serving";
import type { Product } from "./product.ts";

const example = fileURLToPath(new URL("../../../examples/german-credit/german-credit.csv.gz", import.meta.url));
const table = "german-credit";
const model = "credit-risk";
const plan = "standard";
const customer = "demo";
const pollMs = 50;

export const demoKeyFile = "demo.key";

/** Two thousandths of a euro a decision, half of it beyond a thousand a day; reasons cost a thousandth more. */
const prices = {
  tiers: [
    { upTo: 1000, priceNanos: 2_000_000n },
    { upTo: null, priceNanos: 1_000_000n },
  ],
  valueShare: null,
  reasonsSurchargeNanos: 1_000_000n,
  monthlyFeeNanos: 0n,
  includedUnits: 0,
} as const;

/** Tells what is being done, in a few words a line. */
export type Say = (line: string) => void;

export async function firstRun(product: Product, dataFolder: string, say: Say): Promise<void> {
  const keyPath = join(dataFolder, demoKeyFile);
  if (existsSync(keyPath)) return;
  const { caller, billing, catalogue, customers, keys, registry, tables } = product;
  const { organisation } = caller;
  if (!(await exists(() => tables.get(organisation, table)))) {
    say("Reading the German credit table (1,000 real loans) …");
    await tables.create({ ...caller, name: table, title: "German credit", source: example, mode: "strict" });
  }
  if (!(await exists(() => registry.model(organisation, model)))) await train(product, say);
  if (!(await billing.planExists(organisation, plan))) {
    await billing.plans.create(caller, { name: plan, title: "Standard", currency: "EUR", timeZone: "Europe/Berlin", prices });
  }
  if (!(await exists(() => catalogue.ready(organisation, model)))) {
    say("Publishing the service credit-risk …");
    await catalogue.create(caller, model, {
      model,
      title: "Credit risk",
      plan,
      explanation: { kind: "top", count: 5 },
      release: "structure",
    });
  }
  if (!(await exists(() => customers.find(organisation, { name: customer }))))
    await customers.create(caller, customer, { title: "Demo customer" });
  const { id } = await customers.find(organisation, { name: customer });
  const { secret } = await keys.create(caller, id, { name: "first key", scopes: ["decide", "read", "label"] });
  await writeSecret(keyPath, secret);
}

/** The line to paste: the demo key is read from its file, so it shows up in no history. */
export async function curlLine(product: Product, url: string, dataFolder: string): Promise<string> {
  const { columns } = describeInputs(await product.catalogue.ready(product.organisation, model));
  const record = Object.fromEntries(columns.map((column) => [column.name, column.example]));
  const body = JSON.stringify({ record }).replaceAll("'", "\\u0027");
  return `curl -s ${url}/api/v1/services/${model}/decide -H "Authorization: Bearer $(cat '${join(dataFolder, demoKeyFile)}')" -H 'Content-Type: application/json' -d '${body}'`;
}

async function train(product: Product, say: Say): Promise<void> {
  const { caller, jobs } = product;
  say("Training a model of the risk that a loan goes bad …");
  let job = await jobs.start(caller, model, { table, target: "creditability", positive: "bad" });
  for (let told = -1; job.state === "queued" || job.state === "running"; await setTimeout(pollMs)) {
    const share = Math.floor((job.progress.done / Math.max(1, job.progress.total)) * 4) * 25;
    if (share > told && job.state === "running") say(`  ${share}%`);
    told = Math.max(told, share);
    job = await jobs.read(caller.organisation, job.id);
  }
  if (job.state !== "done") throw new Error(`The demo model could not be trained: ${job.error?.message ?? job.state}`);
}

async function exists(look: () => Promise<unknown>): Promise<boolean> {
  try {
    await look();
    return true;
  } catch (error) {
    if (error instanceof MegalithError && error.status === 404) return false;
    throw error;
  }
}

/** A file of mode 600 that is whole or absent. */
async function writeSecret(path: string, secret: string): Promise<void> {
  const file = await open(`${path}.partial`, "w", 0o600);
  try {
    await file.writeFile(`${secret}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.partial`, path);
}
