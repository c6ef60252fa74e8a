/**
 * The first run: the service `credit-risk` from the bundled German credit table, a plan, the customer `demo` and its key.
 *
 * Each step looks whether it is done already, so a start that was killed half-way goes on where it stopped.
 */
import { existsSync } from "node:fs";
import { open, rename } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isTaken, type Product } from "./product.ts";

const example = fileURLToPath(new URL("../../../examples/german-credit/german-credit.csv.gz", import.meta.url));
const table = "german-credit";
const model = "credit-risk";
const plan = "standard";
const customer = "demo";

export const demoKeyFile = "demo.key";

/** Tells what is being done, in a few words a line. */
export type Say = (line: string) => void;

export async function firstRun(product: Product, dataFolder: string, say: Say): Promise<void> {
  const keyPath = join(dataFolder, demoKeyFile);
  if (existsSync(keyPath)) return;
  const { caller } = product;
  if (!(await exists(() => product.tables.get(caller.organisation, table)))) {
    say("Reading the German credit table (1,000 real loans) …");
    await product.tables.create({ ...caller, name: table, title: "German credit", source: example, mode: "strict" });
  }
  if (!(await exists(() => product.registry.model(caller.organisation, model)))) await train(product, say);
  await product.ensurePlan(plan);
  if (!(await exists(() => product.catalogue.ready(caller.organisation, model)))) {
    say("Publishing the service credit-risk …");
    await product.catalogue.create(caller, model, { model, title: "Credit risk", plan, explanation: { kind: "top", count: 5 }, release: "structure" });
  }
  await writeSecret(keyPath, await product.issueDemoKey(customer));
}

async function train(product: Product, say: Say): Promise<void> {
  say("Training a model of the risk that a loan goes bad …");
  let last = "";
  await product.trainAndWait({ model, table, target: "creditability", positive: "bad" }, (line) => {
    if (line !== last) say(`  ${line}`);
    last = line;
  });
}

async function exists(look: () => Promise<unknown>): Promise<boolean> {
  try {
    await look();
    return true;
  } catch (error) {
    if (isTaken(error)) return false;
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
