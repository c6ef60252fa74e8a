/**
 * Clients and validators of other people against the running product: what they expect of a protocol is what we speak.
 *
 * Runs in `npm run prove`, which installs them from PyPI (bench/rivals/requirements.txt).
 */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { callIn } from "../../packages/console/src/services/code.ts";
import { prepareRivals } from "../../tools/rivals.ts";
import { type StartedProduct, startProduct } from "../start-product.ts";

const folder = fileURLToPath(new URL(".", import.meta.url));
const record = { duration_in_month: 24, purpose: "radio/television", credit_amount: 3500, age_in_years: 35 };
const records = [record, { ...record, duration_in_month: 48, purpose: "education" }];

let product: StartedProduct;
let python: string;

before(async () => {
  ({ python } = await prepareRivals());
  product = await startProduct();
});

after(() => product.stop());

/** Runs Python with the customer's key; what it says on stdout. */
async function run(parameters: readonly string[], input: string): Promise<string> {
  const env = { ...process.env, MEGALITH_KEY: product.customerKey };
  const child: ChildProcess = spawn(python, parameters, { env, stdio: ["pipe", "pipe", "pipe"] });
  child.stdin?.end(input);
  const said = Promise.all([child.stdout, child.stderr].map((stream) => (stream === null ? "" : text(stream))));
  const [code] = (await once(child, "exit")) as [number | null];
  const [out = "", complaints = ""] = await said;
  assert.equal(code, 0, complaints);
  return out;
}

interface Inferred {
  readonly outputs: Readonly<Record<string, unknown[]>>;
  readonly reply: { readonly id?: string; readonly model_name: string; readonly model_version: string };
}

interface Asked {
  readonly server: { readonly name: string; readonly extensions: string[] };
  readonly model: { readonly name: string; readonly versions: string[] };
  readonly inferred: Inferred;
  readonly named: Inferred;
  readonly refused: { readonly status: string; readonly message: string } | null;
  readonly decided: { readonly prediction: number; readonly probability: number }[];
}

test("Triton's client reads what the server and the service are, and gets the bits that decide answers", async () => {
  const address = new URL(product.url).host;
  const out = await run([join(folder, "open_inference.py"), address, "credit-risk", "1"], JSON.stringify(records));
  const { server, model, inferred, named, refused, decided, ...states } = JSON.parse(out) as Asked;
  assert.deepEqual(states, { live: true, ready: true, modelReady: true, versionReady: true });
  assert.deepEqual([server.name, model.name, model.versions], ["megalith", "credit-risk", ["1"]]);
  const predictions = decided.map(({ prediction }) => prediction);
  assert.deepEqual(inferred.outputs.prediction, predictions);
  assert.deepEqual(
    inferred.outputs.probability,
    decided.map(({ probability }) => probability),
  );
  assert.deepEqual(named.outputs.prediction, predictions);
  const { id, model_name, model_version } = inferred.reply;
  assert.deepEqual({ id, model_name, model_version }, { id: "one", model_name: "credit-risk", model_version: "1" });
  assert.ok(refused?.status.startsWith("400") && refused.message.includes("no such output"), JSON.stringify(refused));
});

test("openapi-spec-validator finds no fault in the OpenAPI document", async () => {
  const { text: document } = await product.call("GET", "/openapi.json");
  assert.equal(await run([join(folder, "openapi.py")], document), "");
});

test("the Python that the console gives to paste prints the answer", async () => {
  const out = await run(["-c", callIn("python", `${product.url}/api/v1/services/credit-risk/decide`, record)], "");
  assert.match(out, /^0\.\d+ \[\{/);
});
