/** The Open Inference Protocol over HTTP: the same answers as decide, the same meter, the same reasons. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { DecideReply, InferenceModelShape, InferenceReply } from "../packages/contract/src/index.ts";
import { type Answered, type StartedProduct, startProduct } from "./start-product.ts";

const model = "/v2/models/credit-risk";
const records = [
  { duration_in_month: 24, purpose: "radio/television" },
  { duration_in_month: null, purpose: "education" },
];
const inputs = [
  { name: "duration_in_month", datatype: "INT64", shape: [2], data: records.map((record) => record.duration_in_month) },
  { name: "purpose", datatype: "BYTES", shape: [2, 1], data: records.map((record) => [record.purpose]) },
];

let product: StartedProduct;

before(async () => {
  product = await startProduct();
});

after(() => product.stop());

async function usageCount(): Promise<number> {
  const found = await product.running.product.pool.query<{ count: string }>("select count(*) as count from usage");
  return Number(found.rows[0]?.count);
}

function infer(body: unknown, path = `${model}/infer`, headers: Readonly<Record<string, string>> = {}): Promise<Answered> {
  return product.call("POST", path, { key: product.customerKey, body, headers });
}

function dataOf(reply: Answered, name: string): unknown[] {
  assert.equal(reply.status, 200, reply.text);
  return (reply.body as InferenceReply).outputs.find((output) => output.name === name)?.data ?? [];
}

async function decided(): Promise<DecideReply["decisions"]> {
  const reply = await product.call("POST", "/api/v1/services/credit-risk/decide", { key: product.customerKey, body: { records } });
  return (reply.body as DecideReply).decisions;
}

test("says what it is, what it offers, and that it is ready", async () => {
  const get = (path: string) => product.call("GET", path, { key: product.customerKey });
  for (const path of ["/v2", "/v2/"])
    assert.deepEqual((await get(path)).body, { name: "megalith", version: "0.1.0", extensions: ["explain"] });
  assert.deepEqual((await get(`${model}/ready`)).body, { name: "credit-risk", ready: true });
  assert.deepEqual((await get(`${model}/versions/1/ready`)).body, { name: "credit-risk", ready: true });
  const described = (await get(model)).body as InferenceModelShape;
  assert.deepEqual(described, (await get(`${model}/versions/1`)).body);
  assert.deepEqual(described.versions, ["1"]);
  assert.deepEqual(
    described.inputs.find(({ name }) => name === "purpose"),
    { name: "purpose", datatype: "BYTES", shape: [-1] },
  );
  assert.deepEqual(
    described.outputs.map(({ name }) => name),
    ["prediction", "probability", "decision_id", "contributions", "contributions_other"],
  );
});

test("answers the bits that decide answers, echoes the id and names the version", async () => {
  const reply = await infer({ id: "batch-7", inputs });
  const decisions = await decided();
  assert.deepEqual(
    dataOf(reply, "prediction"),
    decisions.map(({ prediction }) => prediction),
  );
  assert.deepEqual(
    dataOf(reply, "probability"),
    decisions.map(({ probability }) => probability),
  );
  const { id, model_name, model_version } = reply.body as InferenceReply;
  assert.deepEqual({ id, model_name, model_version }, { id: "batch-7", model_name: "credit-risk", model_version: "1" });
  assert.deepEqual(dataOf(await infer({ inputs }, `${model}/versions/1/infer`), "prediction"), dataOf(reply, "prediction"));
});

test("gives contributions that sum to the raw score, by parameter or by name", async () => {
  const scores = (await decided()).map(({ score }) => score);
  for (const asked of [{ parameters: { explain: "shap" } }, { outputs: [{ name: "contributions" }, { name: "contributions_other" }] }]) {
    const reply = await infer({ inputs, ...asked });
    const contributions = dataOf(reply, "contributions") as (number | null)[];
    const others = dataOf(reply, "contributions_other") as number[];
    const width = contributions.length / 2;
    scores.forEach((score, row) => {
      const sum = contributions
        .slice(row * width, (row + 1) * width)
        .reduce<number>((total, value) => total + (value ?? 0), others[row] as number);
      assert.ok(Math.abs(sum - score) <= 1e-9 * Math.max(1, Math.abs(score)), `${sum} is not ${score}`);
    });
  }
});

test("meters one usage row a record; a repeat with its key is free and the same, another body is a conflict", async () => {
  const before_ = await usageCount();
  const headers = { "idempotency-key": "inference-1" };
  const first = await infer({ inputs }, undefined, headers);
  assert.equal(await usageCount(), before_ + 2);
  assert.equal((await infer({ inputs }, undefined, headers)).text, first.text);
  assert.equal(await usageCount(), before_ + 2);
  assert.equal((await infer({ inputs, parameters: { explain: "shap" } }, undefined, headers)).status, 422);
  assert.equal((first.body as InferenceReply).parameters?.price_nanos, "4000000");
});

test("the decision that an answer names is stored and answers the same again", async () => {
  const [id] = dataOf(await infer({ inputs }), "decision_id");
  const stored = (await product.call("GET", `/api/v1/decisions/${id}`, { key: product.customerKey })).body as {
    replay: unknown;
    input: unknown;
  };
  assert.deepEqual(stored.replay, { identical: true });
  assert.deepEqual(stored.input, records[0]);
});

test("names the columns of each record whose category training never saw", async () => {
  const { parameters } = (await infer({ inputs: [{ ...inputs[1], data: ["education", "spaceship"], shape: [2] }] })).body as InferenceReply;
  assert.equal(parameters?.unseen, '[[],["purpose"]]');
});

test("refuses wrong tensors as {error} with each path, and meters nothing", async () => {
  const before_ = await usageCount();
  const reply = await infer({
    inputs: [
      { ...inputs[0], data: ["24", 1.5] },
      { ...inputs[1], name: "porpoise" },
    ],
  });
  assert.equal(reply.status, 400);
  const { error } = reply.body as { error: string };
  for (const path of ["/inputs/0/data/0", "/inputs/0/data/1", "/inputs/1/name"]) assert.ok(error.includes(path), error);
  assert.deepEqual(Object.keys(reply.body as object), ["error"]);
  const empty = await infer({ inputs: [{ name: "duration_in_month", datatype: "INT64", shape: [2], data: [24, null] }] });
  assert.match(empty.text, /\/inputs\/0\/data\/1: The record has no value/);
  const wanted = await infer({ inputs, parameters: { sequence_id: 1, binary_data_output: true }, outputs: [{ name: "no-output" }] });
  for (const path of ["/parameters/sequence_id", "/parameters/binary_data_output", "/outputs/0/name"])
    assert.ok(wanted.text.includes(path), wanted.text);
  assert.equal(await usageCount(), before_);
});

test("lets a customer name a version once it was champion, and the provider every one", async () => {
  const admin = (method: string, path: string, body?: unknown) => product.call(method, path, { key: product.adminKey, body });
  const artifact = await fetch(`${product.url}/api/v1/models/credit-risk/versions/1/artifact`, {
    headers: { authorization: `Bearer ${product.adminKey}` },
  });
  const bytes = new Uint8Array(await artifact.arrayBuffer());
  const added = await product.call("POST", "/api/v1/models/credit-risk/versions?again=true", {
    key: product.adminKey,
    body: bytes,
    headers: { "content-type": "application/octet-stream" },
  });
  assert.equal(added.status, 201, added.text);
  const second = `${model}/versions/2/infer`;
  const unknown = await infer({ inputs }, `${model}/versions/9/infer`);
  const notYet = await infer({ inputs }, second);
  assert.equal(notYet.status, 404);
  assert.equal(notYet.text.replace("version 2", "version 9"), unknown.text);
  assert.equal((await product.call("POST", second, { key: product.adminKey, body: { inputs } })).status, 200);
  assert.equal((await admin("PUT", "/api/v1/models/credit-risk/champion", { number: 2 })).status, 200);
  assert.equal((await admin("POST", "/api/v1/models/credit-risk/rollback", {})).status, 200);
  const named = await infer({ inputs }, second);
  assert.equal((named.body as InferenceReply).model_version, "2");
  assert.equal(((await infer({ inputs })).body as InferenceReply).model_version, "1");
});

test("answers 503 for a paused service's readiness and inference", async () => {
  assert.equal(
    (await product.call("PATCH", "/api/v1/services/credit-risk", { key: product.adminKey, body: { status: "paused" } })).status,
    200,
  );
  assert.equal((await product.call("GET", `${model}/ready`, { key: product.customerKey })).status, 503);
  assert.equal((await infer({ inputs })).status, 503);
});

test("shows figures to the admin key only, without a name of a customer", async () => {
  assert.equal((await product.call("GET", "/metrics")).status, 401);
  assert.equal((await product.call("GET", "/metrics", { key: product.customerKey })).status, 404);
  const figures = await product.call("GET", "/metrics", { key: product.adminKey });
  assert.match(figures.text, /megalith_decisions_total\{service="credit-risk"\} \d+/);
  assert.match(figures.text, /megalith_batch_calls_count [1-9]/);
  assert.doesNotMatch(figures.text, /demo|cus_|mgl_/);
});

test("serves its description and a reference page that runs nothing but its own script", async () => {
  const description = await product.call("GET", "/openapi.json");
  assert.equal((description.body as { openapi: string }).openapi, "3.1.1");
  const page = await product.call("GET", "/docs");
  assert.match(page.headers.get("content-type") ?? "", /^text\/html/);
  assert.match(page.headers.get("content-security-policy") ?? "", /default-src 'none'; script-src 'self'/);
  assert.doesNotMatch(page.text, /https?:\/\/|\sstyle=|\son\w+=|<script>/);
  for (const path of ["/docs/page.js", "/docs/page.css"])
    assert.ok(page.text.includes(path) && (await product.call("GET", path)).status === 200);
});
