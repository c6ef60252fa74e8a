/** Whoever asks in Chinese is answered in Chinese: errors, each problem of an input, bad rows that were left out, failed jobs. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { ErrorReply, JobShape, TableShape } from "@megalith/contract";
import { type Answered, type StartedProduct, startProduct } from "./start-product.ts";

let product: StartedProduct;
before(async () => {
  product = await startProduct();
});
after(() => product.stop());

const chinese = { "accept-language": "zh-CN,zh;q=0.9" };

/** Three Latin words in a row make an English sentence; names, codes and examples do not. */
function assertChinese(text: string): void {
  assert.match(text, /\p{Script=Han}/u, text);
  assert.doesNotMatch(text.replaceAll(/`[^`]*`|"[^"]*"/g, ""), /[A-Za-z]{2,} [A-Za-z]{2,} [A-Za-z]{2,}/, text);
}

function assertChineseError({ body, status }: Answered, expected: number): void {
  assert.equal(status, expected, JSON.stringify(body));
  const { message, problems = [] } = (body as ErrorReply).error;
  assertChinese(message);
  for (const problem of problems) assertChinese(problem.message);
}

test("an error and each of its problems come in the language that was asked for", async () => {
  const decide = (body: unknown) =>
    product.call("POST", "/api/v1/services/credit-risk/decide", { key: product.customerKey, headers: chinese, body });
  const record = { duration_in_month: "long", credit_amount: true, purpose: 7, Duration_In_Month: 3, nonsense: 1 };
  for (const body of [{ record }, {}, { record: {}, records: [{}] }, { records: [{}], references: ["a", "b"] }, { colour: 1 }, []])
    assertChineseError(await decide(body), 400);
  const asOwner = { key: product.adminKey, headers: chinese };
  const prices = {
    tiers: [{ upTo: 5, priceNanos: "-1" }],
    valueShare: null,
    reasonsSurchargeNanos: "0",
    monthlyFeeNanos: "0",
    includedUnits: 0,
  };
  for (const [path, body, status] of [
    ["/api/v1/plans", { name: "p", currency: "XYZ", timeZone: "Nowhere/None", prices }, 400],
    ["/api/v1/plans", { name: "Not A Name", currency: 5 }, 400],
    ["/api/v1/customers", { name: "x".repeat(300), title: "" }, 400],
    ["/api/v1/services", { name: "s", model: "none" }, 404],
    ["/api/v1/labels", { labels: [{ decision: `dec_${"0".repeat(32)}`, value: 1, time: "2026-01-01T00:00:00Z" }] }, 400],
    ["/api/v1/labels", { labels: [{ value: 1, time: "yesterday" }] }, 400],
    ["/api/v1/sessions", { email: "a@b.example" }, 400],
  ] as const)
    assertChineseError(await product.call("POST", path, { ...asOwner, body }), status);
  for (const path of ["/api/v1/nothing", "/api/v1/usage/summary?from=2026-02-31", "/api/v1/tables/none/rows"]) {
    const reply = await product.call("GET", path, asOwner);
    assertChineseError(reply, reply.status);
  }
  assertChineseError(await product.call("GET", "/api/v1/customers", { headers: chinese }), 401);
});

test("bad rows that a table remembers are told in the language of whoever looks", async () => {
  const text = 'age,when,note\n1,2026-01-01,"a"\nold,2026-01-02,b\n3,never,c\n4,2026-01-03,d,e\n5,2026-01-04,"f"g\n6,2026-01-05,h\n';
  const asOwner = { key: product.adminKey, headers: { ...chinese, "content-type": "text/csv" } };
  const query = "name=people&mode=";
  assertChineseError(await product.call("POST", `/api/v1/tables?${query}strict`, { ...asOwner, body: text }), 400);
  const made = await product.call("POST", `/api/v1/tables?${query}lenient`, { ...asOwner, body: text });
  assert.equal(made.status, 201, made.text);
  const { rejected } = (made.body as TableShape).version;
  assert.ok(rejected.length >= 2, made.text);
  for (const row of rejected) assertChinese(row.message);
  const english = await product.call("GET", "/api/v1/tables/people", { key: product.adminKey });
  assert.match((english.body as TableShape).version.rejected[0]?.message ?? "", /^Line 3/);
});

test("a training that failed says why in the language of whoever asks", async () => {
  const body = { table: "german-credit", target: "creditability", positive: "ugly" };
  const queued = await product.call("POST", "/api/v1/models/other/trainings", { key: product.adminKey, body });
  let job = queued.body as JobShape;
  assert.equal(queued.status, 202, queued.text);
  while (job.state === "queued" || job.state === "running") {
    await new Promise((done) => setTimeout(done, 200));
    job = (await product.call("GET", `/api/v1/jobs/${job.id}`, { key: product.adminKey, headers: chinese })).body as JobShape;
  }
  assert.equal(job.state, "failed");
  assertChinese(job.error?.message ?? "");
  for (const problem of job.error?.problems ?? []) assertChinese(problem.message);
});
