import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { backup } from "../packages/server/src/backup/backup.ts";
import { restore } from "../packages/server/src/backup/restore.ts";
import { start } from "../packages/server/src/main.ts";
import { runCommand, tellCommand } from "./command.fixture.ts";
import { assertLabelsAreKept } from "./labels.fixture.ts";
import { loans, type Owner, ownerOf, publishLoans } from "./published-loans.fixture.ts";
import { type StartedProduct, startProduct } from "./start-product.ts";

interface Decision {
  readonly id: string;
  readonly score: number;
  readonly base: number;
  readonly other: number;
  readonly reasons: readonly { readonly contribution: number }[];
  readonly price: { readonly nanos: string };
}

let product: StartedProduct;
let owner: Owner;
let key: string;
let customerId: string;
/** One that the service answers. */
let record: Record<string, unknown>;
before(async () => {
  product = await startProduct({ demo: false });
  owner = ownerOf(product);
  ({ key, customerId, record } = await publishLoans(owner));
});
after(() => product.stop());

test("a table becomes a service that answers with reasons that sum, meters every call once, and bills to the nano", async () => {
  const decide = (name: string, body: object = { record, subject: "person 7" }) =>
    product.call("POST", "/api/v1/services/loans/decide", { key, body, headers: { "idempotency-key": name } });

  const answers = [];
  for (let call = 0; call < 5; call++) answers.push(await decide(`call ${call}`));
  const decisions = answers.map((answer) => (answer.body as { decisions: Decision[] }).decisions[0] as Decision);
  for (const decision of decisions) {
    const shown = decision.reasons.reduce((sum, reason) => sum + reason.contribution, decision.base) + decision.other;
    assert.ok(Math.abs(shown - decision.score) <= 1e-9 * Math.max(1, Math.abs(decision.score)));
    assert.equal(decision.reasons.length, 3);
  }
  assert.deepEqual(
    decisions.map((decision) => decision.price.nanos),
    ["25000000", "25000000", "25000000", "15000000", "15000000"],
  );

  const again = await decide("call 2");
  assert.equal(again.text, answers[2]?.text, "a repeat gives the same bytes");
  const other = await decide("call 2", { record: { ...record, duration_in_month: 47 } });
  assert.equal(other.status, 422, "the same key with another body is refused");

  const bad = await decide("call 9", { record: { ...record, duration_in_month: "long", surprise: 1 } });
  assert.equal(bad.status, 400);
  const paths = (bad.body as { error: { problems: { path: string }[] } }).error.problems.map((problem) => problem.path);
  assert.deepEqual(paths, ["/record/duration_in_month", "/record/surprise"]);

  const stored = await product.call("GET", `/api/v1/decisions/${decisions[0]?.id}`, { key });
  assert.equal((stored.body as { replay: { identical: boolean } }).replay.identical, true);

  await assertLabelsAreKept(product, key, decisions[0]?.id ?? "");

  const month = new Intl.DateTimeFormat("sv-SE", { timeZone: "Europe/Berlin" }).format(new Date()).slice(0, 7);
  const preview = () =>
    owner<{ items: { exactNanos: string; totalNanos: string; lines: { amountNanos: string }[] }[] }>(
      "GET",
      `/api/v1/invoices/preview?customer=${customerId}&month=${month}`,
    );
  const invoice = (await preview()).items[0];
  assert.equal(invoice?.exactNanos, "105000000");
  assert.equal(
    invoice?.lines.reduce((sum, line) => sum + BigInt(line.amountNanos), 0n),
    BigInt(invoice?.totalNanos ?? 0),
  );

  const person = `/api/v1/subjects/${encodeURIComponent("person 7")}`;
  const { id: nobody } = await owner<{ id: string }>("POST", "/api/v1/customers", { name: "nobody" });
  assert.deepEqual(
    await owner("DELETE", `${person}?customer=${nobody}`),
    { erased: 0 },
    "the same text may name another customer's person",
  );
  assert.equal((await product.call("DELETE", `${person}?client=${nobody}`, { key: product.adminKey })).status, 400);
  const erased = await product.call("DELETE", person, { key });
  assert.deepEqual(erased.body, { erased: 5 });
  assert.equal((await product.call("GET", `/api/v1/decisions/${decisions[0]?.id}`, { key })).status, 410);
  assert.equal((await preview()).items[0]?.exactNanos, "105000000", "erasing a subject leaves usage and invoices");

  const strangers = await owner<{ id: string }>("POST", "/api/v1/customers", { name: "stranger" });
  const stranger = await owner<{ secret: string }>("POST", `/api/v1/customers/${strangers.id}/keys`, { name: "k", scopes: ["read"] });
  const foreign = await product.call("GET", `/api/v1/decisions/${decisions[1]?.id}`, { key: stranger.secret });
  const unknown = await product.call("GET", `/api/v1/decisions/dec_${"0".repeat(32)}`, { key: stranger.secret });
  assert.deepEqual([foreign.status, foreign.text], [404, unknown.text], "another's decision is as if it did not exist");
});

test("a record without a value is refused and costs nothing; a category that training never saw is named, stored, and asked again to the bit", async () => {
  const { pool } = product.running.product;
  const service = "/api/v1/services/loans/decide";
  const count = async () => (await pool.query<{ count: string }>("select count(*) as count from usage")).rows[0]?.count;
  const keys = await owner<{ items: { id: string }[] }>("GET", "/api/v1/customers");
  const { secret } = await owner<{ secret: string }>("POST", `/api/v1/customers/${keys.items[0]?.id}/keys`, {
    name: "empty",
    scopes: ["decide"],
  });
  const metered = await count();
  for (const record of [{}, { purpose: null }]) {
    const refused = await product.call("POST", service, { key: secret, body: { records: [{ purpose: "education" }, record] } });
    assert.equal(refused.status, 400, refused.text);
    const [problem] = (refused.body as { error: { problems: { path: string; code: string }[] } }).error.problems;
    assert.deepEqual([problem?.path, problem?.code], ["/records/1", "empty"]);
  }
  assert.equal(await count(), metered, "nothing is metered");

  await owner("PATCH", "/api/v1/services/loans", { explanation: { kind: "all" } });
  type Asked = { decisions: (Omit<Decision, "reasons"> & { unseen?: string[]; reasons: { column: string; text: string }[] })[] };
  const ask = async (purpose: string) => (await owner<Asked>("POST", service, { record: { purpose, duration_in_month: 24 } })).decisions[0];
  const [known, unknown] = [await ask("education"), await ask("spaceship")];
  assert.equal(known?.unseen, undefined);
  assert.deepEqual(unknown?.unseen, ["purpose"]);
  const said = unknown?.reasons.find(({ column }) => column === "purpose")?.text ?? "";
  assert.match(said, /^purpose = spaceship, never seen in training and counted as missing, (raises|lowers|does)/);
  const read = () => owner<{ decision: object; replay: { identical: boolean } }>("GET", `/api/v1/decisions/${unknown?.id}`);
  const { decision, replay } = await read();
  assert.deepEqual([decision, replay.identical], [unknown, true]);
  // As release 0.1.0 stored it: without a word of it, and still the same when asked again.
  await pool.query("update decision set output = replace(output, ',\"unseen\":[\"purpose\"]', '') where output like '%unseen%'");
  const old = await read();
  assert.equal(old.replay.identical, true);
  assert.equal((old.decision as { unseen?: unknown }).unseen, undefined);
});

test("a record with a reference is answered and charged once: in a list, alone, while the service is paused", async () => {
  const ask = (body: object) => product.call("POST", "/api/v1/services/loans/decide", { key, body });
  const decisionsOf = (reply: { status: number; body: unknown; text: string }) => {
    assert.equal(reply.status, 200, reply.text);
    return (reply.body as { decisions: Decision[] }).decisions;
  };
  const usage = async () => Number((await product.running.product.pool.query("select count(*) from usage")).rows[0]?.count);
  const counted = async () =>
    Number(
      /decisions_total\{service="loans"\} (\d+)/.exec((await product.call("GET", "/metrics", { key: product.adminKey })).text)?.[1] ?? 0,
    );
  const unused = await usage();
  const uncounted = await counted();
  const other = { ...record, duration_in_month: 11 };
  const list = await ask({ records: [record, other], references: ["a", "b"] });
  const [first, second] = decisionsOf(list);
  const longer = decisionsOf(await ask({ records: [other, record, record], references: ["b", "c", "a"] }));
  assert.deepEqual([longer[0], longer[2]], [second, first]);
  const turned = Object.fromEntries(Object.entries(other).reverse());
  assert.deepEqual(decisionsOf(await ask({ record: turned, reference: "b" })), [second], "columns come in any order");
  assert.equal((await usage()) - unused, 3);
  assert.equal((await counted()) - uncounted, 3, "in the metrics a repeat is no decision, what is new beside it is one");

  const twice = await ask({ records: [record, other], references: ["d", "d"] });
  assert.deepEqual([twice.status, problemPaths(twice)], [400, ["/references/1"]]);
  const changed = await ask({ records: [record, record], references: ["a", "b"] });
  assert.deepEqual([changed.status, problemPaths(changed)], [422, ["/references/1"]]);

  // Asked anew under a key of its own, a reference has two decisions: a label by it would be of either.
  const anew = await product.call("POST", "/api/v1/services/loans/decide", {
    key,
    body: { record, reference: "a" },
    headers: { "idempotency-key": "a, once more" },
  });
  assert.notEqual(decisionsOf(anew)[0]?.id, first?.id);
  const label = { value: "good", time: "2026-11-01T00:00:00Z" };
  const said = await product.call("POST", "/api/v1/labels", {
    key,
    body: { labels: ["a", "b"].map((reference) => ({ ...label, service: "loans", reference })) },
  });
  assert.deepEqual([said.status, problemPaths(said)], [400, ["/labels/0/reference"]]);

  const change = (status: string) => owner("PATCH", "/api/v1/services/loans", { status });
  await change("paused");
  assert.equal((await ask({ record, reference: "new" })).status, 503);
  assert.equal((await ask({ records: [record, other], references: ["a", "b"] })).text, list.text, "a repeat outlives a pause");
  assert.equal((await ask({ records: [record, other], references: ["a", "new"] })).status, 503);
  await change("open");
  assert.equal((await usage()) - unused, 4);

  // Of what was erased nothing can be told again: a list with it is refused before the rest of it is charged.
  await product.running.product.pool.query("update decision set input = null, output = null where reference = 'b'");
  for (const references of [
    ["a", "b"],
    ["new", "b"],
  ])
    assert.equal((await ask({ records: [record, other], references })).status, 410);
  assert.equal((await usage()) - unused, 4);
  assert.equal(decisionsOf(await ask({ records: [record, record], references: ["new", "a"] })).length, 2);
  assert.equal((await usage()) - unused, 5);
});

function problemPaths({ body }: { body: unknown }): string[] {
  return (body as { error: { problems: { path: string }[] } }).error.problems.map(({ path }) => path);
}

test("a backup restores every row and every file, and the restored server answers and bills the same", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "megalith-backup-"));
  const stops: (() => Promise<void>)[] = [];
  t.after(async () => {
    for (const stop of stops) await stop();
    await rm(folder, { recursive: true, force: true });
  });
  const file = join(folder, "all.backup");
  const { product: domains } = product.running;
  await backup({ pool: domains.pool, dataFolder: product.dataFolder, file, release: "test", now: () => new Date() });
  const dataFolder = join(folder, "data");
  const manifest = await restore({ dataFolder, file });
  await assert.rejects(restore({ dataFolder, file }), { code: "backup.folder_not_empty" });
  const environment = { MEGALITH_DATA: dataFolder, MEGALITH_PORT: "0", MEGALITH_DEMO: "false", MEGALITH_REQUEST_LOG: "false" };
  const restored = await start({ onLine: () => undefined, environment });
  stops.push(restored.stop);
  const sum = "select count(*) as count, coalesce(sum(amount_nanos), 0) as sum from usage";
  const [before, now] = [await domains.pool.query(sum), await restored.product.pool.query(sum)];
  assert.deepEqual(now.rows, before.rows);
  assert.ok(manifest.files.some((entry) => entry.path.startsWith("artifacts/")));
  const { organisation } = restored.product;
  assert.equal((await restored.product.catalogue.ready(organisation, "loans")).champion.version.number, 1);
});

const command = (words: readonly string[], options: { key?: string; piped?: string } = {}) =>
  runCommand(product.url, words, { key: product.adminKey, ...options });
const told = <T = Record<string, unknown>>(words: readonly string[], options: { key?: string; piped?: string } = {}) =>
  tellCommand<T>(product.url, words, { key: product.adminKey, ...options });

test("a model that the command trained and published brings its card: figures with intervals, parameters, leaks", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "megalith-publish-"));
  t.after(() => rm(folder, { recursive: true }));
  const model = join(folder, "loans.model");
  const trained = await told(["train", loans, "--target", "creditability", "--rounds", "20", "--folds", "2", "--out", model]);
  await told(["publish", model, "--name", "by-command"]);
  const { card, sha256 } = await owner<{ card: Record<string, unknown>; sha256: string }>("GET", "/api/v1/models/by-command/versions/1");
  assert.equal(sha256, trained.sha256);
  const metrics = card.metrics as Record<string, { value: number; low: number; high: number }>;
  assert.deepEqual(Object.fromEntries(Object.entries(metrics).map(([name, { value }]) => [name, value])), trained.metrics);
  assert.ok((metrics.auc?.low ?? 1) < (metrics.auc?.high ?? 0));
  assert.equal((card.parameters as { rounds: number }).rounds, 20);
  assert.equal(card.secret, undefined);

  // A plan that is not there is refused before a version is made; a second version says that it does not answer yet.
  const refused = await command(["publish", model, "--name", "by-command", "--service", "by-command", "--plan", "missing"]);
  assert.match(refused.err, /billing\.plan_not_found/);
  // So are a price that nobody named and a column that is not there; a service that is free says so.
  const publishing = ["publish", model, "--name", "by-command", "--service", "by-command"];
  assert.match((await command(publishing)).err, /Nothing says what the service costs/);
  assert.match((await command([...publishing, "--free", "--required", "purpos"])).err, /no column purpos/);
  assert.equal((await owner<{ versionCount: number }>("GET", "/api/v1/models/by-command")).versionCount, 1);
  assert.match((await command([...publishing.slice(0, -1), "loans", "--free"])).err, /loans answers with the model loans/);
  const made = await told([...publishing, "--free", "--require-complete"]);
  assert.deepEqual([made.free, made.created], [true, false]);
  const lacking = { record: { purpose: "education" } };
  const lacked = await product.call("POST", "/api/v1/services/by-command/decide", { key: product.adminKey, body: lacking });
  const { problems } = (lacked.body as { error: { problems: { path: string; code: string }[] } }).error;
  assert.equal(problems.length, (card.columns as unknown[]).length - 1, "the table has every value, so every column is required");
  assert.ok(problems.every(({ code }) => code === "required"));
  const inputs = await owner<{ columns: { required: boolean }[] }>("GET", "/api/v1/services/by-command/schema");
  assert.ok(inputs.columns.every(({ required }) => required));
  const priced = await product.call("PATCH", "/api/v1/services/loans", { key: product.adminKey, body: { plan: null } });
  assert.match(priced.text, /"\/plan","code":"required"/);

  const same = await command(["publish", model, "--name", "by-command"]);
  assert.match(same.out, /^by-command version 1 is on .*, the champion/);
  assert.match(same.err, /had these very bytes already: nothing was added/);
  const again = await command(["publish", model, "--name", "by-command", "--again"]);
  assert.match(again.out, /^by-command version 2 is on /);
  assert.match(again.err, /go on answering with the champion of by-command; with --promote/);
});

test("by command alone: a plan, a service, a customer and its key, a table answered once however often it is asked, labels, another version", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "megalith-command-"));
  t.after(() => rm(folder, { recursive: true }));
  const file = async (name: string, text: string): Promise<string> => {
    await writeFile(join(folder, name), text);
    return join(folder, name);
  };
  const model = join(folder, "m.model");
  const rows = Array.from({ length: 1203 }, (_, row) => `L${row},${row % 97},${(row * 31) % 97 < row % 97 ? "yes" : "no"}`);
  const table = await file("rows.csv", `loan,x,y\n${rows.join("\n")}\n`);
  await told(["train", table, "--target", "y", "--ignore", "loan", "--rounds", "5", "--folds", "2", "--out", model]);

  const tiers =
    "name: lot\ncurrency: EUR\nprices:\n  tiers:\n    - {upTo: 1000, priceNanos: 20000000}\n    - {upTo: null, priceNanos: 10000000}\n";
  await told(["plans", "create", "--file", await file("plan.yaml", tiers), "--title", "By the lot"]);
  await told(["plans", "create", "--name", "simple", "--currency", "EUR", "--price", "0.5", "--reasons-surcharge", "0.1"]);
  const changed = await told<{ versions: { prices: Record<string, unknown> }[] }>(["plans", "change", "simple", "--price", "0.4"]);
  assert.deepEqual(
    changed.versions.map(({ prices }) => [prices.reasonsSurchargeNanos, JSON.stringify(prices.tiers)]),
    ["400000000", "500000000"].map((priceNanos) => ["100000000", JSON.stringify([{ upTo: null, priceNanos }])]),
  );
  assert.match((await command(["plans"])).out, /^lot +By the lot +EUR +1 +0\.02 \/ 0\.01 /m);

  await told(["publish", model, "--name", "shop", "--service", "shop", "--plan", "lot"]);
  await told(["customers", "add", "acme", "--title", "Acme Ltd", "--legal-name", "Acme Limited"]);
  const where = ["--address", "1 High Street", "London", "--tax-id", "GB1"];
  const { billing } = await told<{ billing: unknown }>(["customers", "set", "acme", ...where]);
  assert.deepEqual(billing, { legalName: "Acme Limited", address: "1 High Street\nLondon", taxId: "GB1" });
  await told(["organisation", "set", "--name", "Lots", ...where]);
  await told(["organisation", "set", "--legal-name", "Lots GmbH", "--tax-id", ""]);
  assert.equal(
    (await command(["organisation", "show"])).out,
    "name        Lots\nlegal name  Lots GmbH\naddress     1 High Street, London\ntax id      not given\n",
  );
  const { secret: key } = await told<{ secret: string }>([
    "keys",
    "add",
    "Acme Ltd",
    "--name",
    "ops",
    "--scope",
    "decide",
    "read",
    "label",
  ]);
  assert.match((await command(["keys", "list", "acme"])).out, /^acme +key_\w+ +ops /m);

  const one = ["decide", "shop", "--reference", "first"];
  const asked = await told<{ decisions: { id: string }[] }>([...one, "--record", '{"x":7}'], { key });
  assert.deepEqual(await told([...one], { key, piped: "x: 7" }), asked, "a reference again is the same answer");
  assert.match((await command(["decide", "shop", "--record", '{"x":'])).err, /^megalith: --record cannot be used: /);

  const out = join(folder, "answers.csv");
  const all = ["decide", "shop", "--file", table, "--id", "loan", "--out", out];
  assert.deepEqual((await told<{ amounts: unknown }>(all, { key })).amounts, [{ currency: "EUR", nanos: "22020000000" }]);
  const answers = await readFile(out, "utf8");
  assert.match(answers, /^loan,prediction,decision,version,price,currency,unseen,reasons\nL0,0\.\d+,dec_\w+,1,0\.02,EUR,,x = 0 /);
  assert.deepEqual(
    answers
      .trim()
      .split("\n")
      .map((line) => line.split(",")[0]),
    ["loan", ...rows.map((row) => row.split(",")[0])],
  );
  await rm(out);
  const repeated = await command(all, { key });
  assert.match(repeated.err, /^Not sent, as the service has no such column: y\.$/m);
  assert.match(repeated.out, /^1203 of the rows had been answered before and were not charged again$/m);
  assert.equal(await readFile(out, "utf8"), answers, "asked again, the same and free");
  const bad = await command(["decide", "shop", "--id", "loan", "--out", out, "--file", await file("bad.csv", "loan,x\nA,1\nA,2\nB,\n")], {
    key,
  });
  assert.match(bad.err, / has 2 problem\(s\), each with its row; nothing was sent\. \(command\.rows_invalid\)$/m);
  assert.match(bad.err, /^ {2}\/rows\/2\/loan: .*\n {2}\/rows\/3: /m);
  const other = await command(["decide", "shop", "--id", "loan", "--out", out, "--file", await file("other.csv", "loan,x\nL5,5\nL6,7\n")], {
    key,
  });
  assert.match(other.err, /--run NAME asks all of them anew\.\n.*\(serving\.reference_reused\)\n {2}\/rows\/2: /);
  assert.match((await command(["usage"], { key })).out, / acme +cus_\w+ +shop +svc_\w+ +1204 +22\.04 EUR$/m);

  const labels = await file("labels.csv", "reference,value\nL1,yes\nL2,no\n");
  const record = ["labels", "--file", labels, "--service", "shop", "--time", "2026-11-01"];
  assert.deepEqual(
    [await told(record, { key }), await told(record, { key })],
    [
      { recorded: 2, repeated: 0 },
      { recorded: 0, repeated: 2 },
    ],
  );
  const single = ["labels", "--decision", asked.decisions[0]?.id ?? "", "--value", "yes"];
  assert.deepEqual(await told(single, { key }), { recorded: 1, repeated: 0 });
  const unknown = await command(["labels", "--file", await file("none.csv", "reference,value\nL1,yes\nL1203,no\n"), ...record.slice(3)], {
    key,
  });
  assert.match(unknown.err, /serving\.label_unmatched\)\n {2}\/rows\/2: /);

  await told(["publish", model, "--name", "shop", "--again"]);
  assert.deepEqual(await told(["promote", "shop", "2"]), { model: "shop", champion: 2, before: 1, services: ["shop"] });
  assert.match((await command(["rollback", "shop", "--expected", "1"])).err, /\(registry\.champion_differs\)$/m);
  assert.match(
    (await command(["rollback", "shop"])).out,
    /^Version 1 is the champion of shop, and version 2 no more\.\nIt answers in shop\.$/m,
  );
  assert.match((await command(["promote", "shop", "2"], { key })).err, /\(request\.no_such_route\)\n {2}A customer's key reaches/);

  await owner("PATCH", "/api/v1/services/shop", { valueColumn: "x" });
  const renamed = await file("renamed.csv", `loan,z,y\n${rows.slice(0, 100).join("\n")}\n`);
  await told(["train", renamed, "--target", "y", "--ignore", "loan", "--rounds", "2", "--folds", "2", "--out", model]);
  await told(["publish", model, "--name", "shop"]);
  const unfit = await command(["promote", "shop", "3"]);
  assert.match(unfit.err, /\(serving\.champion_unfit\)\n {2}\/number: The service shop prices by the column x\./);
  await told(["train", renamed, "--target", "z", "--ignore", "loan", "--rounds", "2", "--folds", "2", "--out", model]);
  await told(["publish", model, "--name", "shop"]);
  const stranger = await command(["promote", "shop", "4"]);
  assert.match(stranger.err, /The service shop answers with binary y = yes, and this version predicts regression z\./);
});
