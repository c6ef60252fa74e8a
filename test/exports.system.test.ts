/** CSV and PDF over HTTP: what is exported is what the ledger, the decisions and the invoice say, harmless to spreadsheets, and never whole in memory. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { getDocument } from "pdfjs-dist/legacy/build/pdf.mjs";
import { runCount } from "./counts.ts";
import { type StartedProduct, startProduct } from "./start-product.ts";
import { watchStatements } from "./statements.fixture.ts";

const decidePath = "/api/v1/services/credit-risk/decide";
const month = new Date().toISOString().slice(0, 7);
const tricks = ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(1)", "plain, with a comma"];
let product: StartedProduct;

before(async () => {
  product = await startProduct();
  for (const [index, reference] of tricks.entries()) {
    const body = {
      record: { duration_in_month: 12 + index, credit_amount: 1000 * (index + 1), ...(index === 1 ? { purpose: "spaceship" } : {}) },
      reference,
    };
    const reply = await product.call("POST", decidePath, { key: product.customerKey, body });
    assert.equal(reply.status, 200, reply.text);
  }
});
after(() => product.stop());

/** Rows by column name. Reads the quotes that it may meet. */
function parseCsv(text: string): Record<string, string>[] {
  const lines = text.split("\r\n");
  assert.equal(lines.pop(), "");
  const [head = [], ...rows] = lines.map((line) =>
    [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].map(([, cell = ""]) =>
      cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell,
    ),
  );
  return rows.map((row) => Object.fromEntries(head.map((name, index) => [name, row[index] ?? ""])));
}

async function csv(path: string, key = product.customerKey): Promise<Record<string, string>[]> {
  const reply = await product.call("GET", path, { key });
  assert.equal(reply.status, 200, reply.text);
  assert.equal(reply.headers.get("content-type"), "text/csv; charset=utf-8");
  assert.match(reply.headers.get("content-disposition") ?? "", /^attachment; filename="[a-z0-9_.-]+\.csv"$/);
  return parseCsv(reply.text);
}

test("the ledger as CSV has the rows of the ledger, and its amounts come to what the preview says", async () => {
  const rows = await csv("/api/v1/usage.csv");
  const { items } = (await product.call("GET", "/api/v1/usage", { key: product.customerKey })).body as { items: { id: string }[] };
  assert.deepEqual(
    rows.map(({ id }) => id),
    items.map(({ id }) => id),
  );
  const preview = await product.call("GET", `/api/v1/invoices/preview?month=${month}`, { key: product.customerKey });
  const { items: invoices } = preview.body as { items: { lines: { kind: string; exactNanos: string }[] }[] };
  const lines = invoices.flatMap((invoice) => invoice.lines);
  const due = lines.filter(({ kind }) => kind !== "monthly_fee").reduce((sum, { exactNanos }) => sum + BigInt(exactNanos), 0n);
  assert.equal(
    rows.reduce((sum, row) => sum + BigInt(row.amount_nanos ?? ""), 0n),
    due,
  );
  const none = await csv("/api/v1/usage.csv?from=2020-01-01&to=2020-01-02");
  assert.deepEqual(none, []);
});

test("decisions as CSV give the answers of their calls, and a reference that is a formula is text", async () => {
  const rows = (await csv("/api/v1/services/credit-risk/decisions.csv")).toReversed();
  assert.deepEqual(
    rows.map(({ reference }) => reference),
    ["'=cmd|' /C calc'!A0", "'+1", "'-1", "'@SUM(1)", "plain, with a comma"],
  );
  for (const [index, row] of rows.entries()) {
    const { body } = await product.call("GET", `/api/v1/decisions/${row.id}`, { key: product.customerKey });
    const { prediction } = (body as { decision: { prediction: number } }).decision ?? body;
    assert.equal(Number(row.prediction), prediction);
    assert.equal((JSON.parse(row.record ?? "") as { duration_in_month: number }).duration_in_month, 12 + index);
    assert.equal(row.unseen, index === 1 ? "purpose" : "");
    assert.ok(Number(row.score) < 0 || Number(row.score) > 0, "a negative number stays a number");
  }
});

test("a preview as a PDF says in both languages that it is one, and bears no number", async () => {
  for (const [language, mark] of [
    ["en", "Preview of an invoice"],
    ["zh-CN", "账单预览"],
  ] as const) {
    // A link cannot send a header: what the address asks for comes first.
    const other = language === "en" ? "zh-CN" : "en";
    const [byHeader, byAddress] = await Promise.all([
      fetch(`${product.url}/api/v1/invoices/preview.pdf?month=${month}`, {
        headers: { authorization: `Bearer ${product.customerKey}`, "accept-language": language },
      }),
      fetch(`${product.url}/api/v1/invoices/preview.pdf?month=${month}&language=${language}`, {
        headers: { authorization: `Bearer ${product.customerKey}`, "accept-language": other },
      }),
    ]);
    assert.deepEqual([byHeader.status, byAddress.status], [200, 200]);
    for (const reply of [byHeader, byAddress]) {
      const document = await getDocument({ data: new Uint8Array(await reply.arrayBuffer()), verbosity: 0 }).promise;
      const content = await (await document.getPage(1)).getTextContent();
      const text = content.items.map((item) => ("str" in item ? item.str : "")).join("");
      assert.ok(text.includes(mark), text);
      assert.doesNotMatch(text, /INV-/);
      assert.ok(text.includes(month), text);
    }
  }
});

test("a preview as a PDF of nothing is not found, and of nobody's month neither", async () => {
  const nothing = await product.call("GET", "/api/v1/invoices/preview.pdf?month=2020-01", { key: product.customerKey });
  assert.equal(nothing.status, 404);
  const other = await product.call("GET", `/api/v1/invoices/preview.pdf?month=${month}&currency=XTS`, { key: product.customerKey });
  assert.equal(other.status, 404);
});

test("the command writes the ledger as CSV and a preview as PDF, and shows when keys were used", async () => {
  const folder = await mkdtemp(join(tmpdir(), "megalith-exports-"));
  const command = fileURLToPath(new URL("../packages/cli/src/main.ts", import.meta.url));
  const run = async (...flags: string[]): Promise<string> => {
    const env = { ...process.env, MEGALITH_URL: product.url, MEGALITH_KEY: product.adminKey };
    return (await promisify(execFile)(process.execPath, [command, ...flags], { env })).stdout;
  };
  try {
    const [ledger, preview] = [join(folder, "usage.csv"), join(folder, "preview.pdf")];
    assert.equal(await run("usage", "--customer", "demo", "--csv", ledger), `${ledger} written\n`);
    assert.equal(parseCsv(await readFile(ledger, "utf8")).length, tricks.length);
    await run("invoices", "preview", "--month", month, "--customer", "demo", "--out", preview);
    assert.equal((await readFile(preview)).toString("latin1", 0, 5), "%PDF-");
    await product.running.product.keys.writeUse();
    assert.match(await run("keys", "list", "demo"), /last used[\s\S]*\d{4}-\d\d-\d\d \d\d:\d\dZ/);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("a long export waits for its reader: the server reads no further than what lies in the sockets", async () => {
  const rowCount = runCount(100_000, 1_000_000, "rows of an export");
  const { pool, caller } = product.running.product;
  const { id } = (await product.call("POST", "/api/v1/customers", { key: product.adminKey, body: { name: "large" } })).body as {
    id: string;
  };
  const customerId = id.slice(4).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  await pool.query(
    `insert into usage (id, organisation, customer_id, service_id, fact_key, fact_index, request_digest, decision_id, event_time,
       recorded_at, billing_day, billing_month, day_ordinal, month_ordinal, with_reasons, amount_nanos, prepaid)
     select gen_random_uuid(), $1, $2, $2, 'q:' || number, 0, '', gen_random_uuid(), now(), now(), '2026-03-01', '2026-03-01', number, number,
       false, number, false from generate_series(1, $3::int) number`,
    [caller.organisation, customerId, rowCount],
  );
  const path = `/api/v1/usage.csv?customer=${id}&from=2026-03-01&to=2026-03-31`;
  const { received, paused } = await readWithPause(path);
  assert.ok(paused < rowCount / 2, `${paused} rows had been read while the reader paused`);
  assert.equal(received, rowCount + 1);
});

/** Reads a little, pauses until the server does nothing more, and reads on. @returns lines in all, and rows that the server had read in the pause. */
function readWithPause(path: string): Promise<{ received: number; paused: number }> {
  let pages = 0;
  let received = 0;
  let paused = 0;
  const read = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const asking = request(`${product.url}${path}`, { headers: { authorization: `Bearer ${product.adminKey}` } }, (reply) => {
        const pause = async (): Promise<void> => {
          reply.pause();
          for (let seen = -1; seen !== pages; await setTimeout(300)) seen = pages;
          paused = pages * 2000;
          reply.resume();
        };
        reply.once("data", () => void pause());
        reply.on("data", (chunk: Buffer) => {
          for (const byte of chunk) if (byte === 10) received++;
        });
        reply.on("end", resolve).on("error", reject);
      });
      asking.on("error", reject).end();
    });
  return watchStatements((text) => {
    if (text.startsWith("fetch")) pages++;
  }, read).then(() => ({ received, paused }));
}
