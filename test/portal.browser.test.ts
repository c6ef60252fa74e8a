/** What the provider's people and a customer's person do day by day, in a real browser under the real content policy. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { InvoiceShape, JobShape, ServiceSchemaShape, UsageSumShape } from "@megalith/contract";
import { wordMoney } from "@megalith/contract";
import { getDocument } from "pdfjs-dist/legacy/build/pdf.mjs";
import pg from "pg";
import type { Browser, Page } from "playwright-core";
import { openPage } from "./browser.fixture.ts";
import { assertGoodInEveryLook, type StartedConsole, signInAsOwner, startConsole, withoutSignIn } from "./console.fixture.ts";
import type { StartedProduct } from "./start-product.ts";

const patience = { timeout: 30_000 };

let started: StartedConsole | undefined;
let product: StartedProduct;
let browser: Browser;
let record: Record<string, unknown>;
before(async () => {
  started = await startConsole({ demo: true });
  ({ product, browser } = started);
  const schema = await product.call("GET", "/api/v1/services/credit-risk/schema", { key: product.customerKey });
  record = Object.fromEntries((schema.body as ServiceSchemaShape).columns.map(({ name, example }) => [name, example]));
});
after(() => started?.stop());

async function decide(key: string, more: Record<string, unknown> = {}) {
  return product.call("POST", "/api/v1/services/credit-risk/decide", { key, body: { record, ...more } });
}

async function openAsOwner(path: string): Promise<{ page: Page; complaints: string[] }> {
  const opened = await openPage(browser, `${product.url}${path}`, { width: 1280, colorScheme: "light" });
  await signInAsOwner(opened.page, product);
  return opened;
}

async function confirm(page: Page, button: string, answer: string): Promise<void> {
  await page.getByRole("button", { name: button, exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: answer, exact: true }).click();
}

/** Copies the secret that is shown, and closes it. */
async function takeKey(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Copy the key" }).click();
  await page.getByRole("button", { name: "I have it" }).click();
  await page.getByRole("dialog").waitFor({ state: "hidden" });
}

const toast = (page: Page, text: string | RegExp) => page.locator(".toast", { hasText: text }).waitFor(patience);

async function textOfPdf(bytes: Uint8Array): Promise<string> {
  const document = await getDocument({ data: bytes, verbosity: 0, useSystemFonts: false }).promise;
  const content = await (await document.getPage(1)).getTextContent();
  return content.items.map((item) => ("str" in item ? item.str : "")).join(" ");
}

test("a key is made, rotated with overlap and revoked, and the service obeys at once", async () => {
  const { page, complaints } = await openAsOwner("/customers");
  await page.getByRole("link", { name: "Demo customer" }).click();
  await page.getByRole("heading", { name: "Demo customer", level: 1 }).waitFor();
  await page.getByRole("button", { name: "New key" }).click();
  await page.getByRole("button", { name: "Create key" }).click();
  const name = page.getByLabel("Name", { exact: true });
  assert.match((await name.getAttribute("aria-describedby")) ?? "", /fault/, "what is missing is said at its field");
  assert.equal(await page.evaluate("document.activeElement.name"), "name", "and the field has the focus");
  await name.fill("tablet");
  await page.getByRole("button", { name: "Create key" }).dblclick();
  const first = (await page.getByTestId("secret").textContent(patience)) ?? "";
  assert.equal((await decide(first)).status, 200);
  await page.keyboard.press("Escape");
  await page.getByText("This was not copied yet.").waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await page.getByText("This was not copied yet.").waitFor();
  await assertGoodInEveryLook(page);
  await page.getByRole("button", { name: "Stay" }).click();
  await takeKey(page);
  assert.equal(await page.getByRole("row").filter({ hasText: "tablet" }).count(), 1, "pressed twice, made once");

  await page.getByRole("button", { name: "Rotate the key tablet" }).click();
  await assertGoodInEveryLook(page);
  await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
  await confirm(page, "Rotate the key tablet", "Rotate");
  await toast(page, "tablet was rotated.");
  const second = (await page.getByTestId("secret").textContent(patience)) ?? "";
  await takeKey(page);
  assert.notEqual(second, first);
  assert.deepEqual([(await decide(first)).status, (await decide(second)).status], [200, 200]);

  // The newest key stands first.
  await page.getByRole("button", { name: "Revoke the key tablet" }).first().click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke", exact: true }).click();
  await toast(page, "tablet was revoked.");
  assert.deepEqual([(await decide(first)).status, (await decide(second)).status], [200, 401]);
  assert.deepEqual(withoutSignIn(complaints), []);
  await page.context().close();
});

test("last month is invoiced with the next number, and the PDF says who sells to whom", async () => {
  const client = new pg.Client({ connectionString: product.databaseUrl });
  await client.connect();
  await decide(product.customerKey);
  // The ledger takes rows and never changes them: what was used today was used a month ago too.
  await client.query("create temporary table copied as select * from usage where fact_key like 'q:%'");
  await client.query(
    "update copied set fact_key = fact_key || '-before', billing_day = billing_day - interval '1 month', billing_month = billing_month - interval '1 month'",
  );
  await client.query("insert into usage select * from copied");
  await client.end();
  const now = new Date();
  const month = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1, 1)).toISOString().slice(0, 7);

  const { page } = await openAsOwner("/customers");
  await page.getByRole("link", { name: "Demo customer" }).click();
  await page.getByRole("tab", { name: "Invoices" }).click();
  await page.getByLabel("Month", { exact: true }).selectOption(month);
  const words = new Intl.DateTimeFormat("en", { year: "numeric", month: "long", timeZone: "UTC" }).format(new Date(`${month}-01`));
  await page.getByRole("heading", { name: `Preview of ${words}` }).waitFor();
  const draft = (await page.getByRole("link", { name: "Preview as PDF" }).getAttribute("href")) ?? "";
  assert.match(await textOfPdf(new Uint8Array(await (await page.request.get(`${product.url}${draft}`)).body())), /Preview of an invoice/);
  const shown = (await page.getByTestId("invoice-total").textContent(patience)) ?? "";
  const used = await product.call("GET", `/api/v1/usage/summary?from=${month}-01&to=${month}-31`, { key: product.customerKey });
  const nanos = (used.body as { items?: UsageSumShape[] }).items?.reduce((sum, { amountNanos }) => sum + BigInt(amountNanos), 0n) ?? 0n;
  assert.ok(nanos > 0n, used.text);
  const preview = await product.call("GET", `/api/v1/invoices/preview?month=${month}`, { key: product.customerKey });
  const [invoice] = (preview.body as { items: InvoiceShape[] }).items;
  assert.equal(invoice?.exactNanos, String(nanos));
  assert.equal(shown, wordMoney(invoice?.totalNanos ?? "", "EUR"));

  await page.getByRole("link", { name: "Your details" }).click();
  await page.getByLabel("Legal name").fill("Provider GmbH");
  await page.getByLabel("Address").fill("1\n2\n3\n4\n5\n6\n7\n8\n9");
  const sent: string[] = [];
  page.on("request", (request) => request.method() === "PUT" && sent.push(request.url()));
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("textbox", { name: "Address", description: /eight lines/ }).waitFor();
  assert.deepEqual(sent, [], "what the field knows to be wrong is not sent");
  await page.getByLabel("Address").fill("Hauptstrasse 1\n10115 Berlin");
  await assertGoodInEveryLook(page);
  await page.getByRole("link", { name: "Customers" }).click();
  await page.getByRole("button", { name: "Stay" }).click();
  await page.getByRole("button", { name: "Save" }).click();
  await toast(page, "Saved");
  await page.goBack();
  await page.getByLabel("Month", { exact: true }).selectOption(month);
  await page.getByText("Hauptstrasse 1").waitFor();

  await confirm(page, "Issue the invoice", "Issue the invoice");
  await toast(page, /^Issued: .*000001/);
  await page.getByRole("cell", { name: /^INV.*000001$/ }).waitFor();
  await assertGoodInEveryLook(page);
  const link =
    (await page
      .getByRole("link", { name: /^PDF of .*000001$/ })
      .first()
      .getAttribute("href")) ?? "";
  assert.match(link, /[?&]language=en$/, "the PDF is in the language of the page");
  const pdf = await page.request.get(`${product.url}${link}`);
  assert.match(await textOfPdf(new Uint8Array(await pdf.body())), /Provider GmbH.*Hauptstrasse 1.*10115 Berlin.*Demo customer/s);
  await page.getByRole("tab", { name: "Usage" }).click();
  const csv = (await page.getByRole("link", { name: "Download as CSV" }).getAttribute("href")) ?? "";
  assert.match(await (await page.request.get(`${product.url}${csv}`)).text(), /^id,customer,.*\r\nuse_/);
  await page.context().close();
});

test("a new version is promoted and rolled back, and answers come from whichever is champion", async () => {
  const asked = {
    key: product.adminKey,
    body: { table: "german-credit", target: "creditability", positive: "bad", parameters: { rounds: 5 } },
  };
  const tables = await product.call("GET", "/api/v1/tables", { key: product.adminKey });
  const [table] = (tables.body as { items: { name: string }[] }).items;
  const models = await product.call("GET", "/api/v1/models", { key: product.adminKey });
  const [model] = (models.body as { items: { name: string }[] }).items;
  const queued = await product.call("POST", `/api/v1/models/${model?.name}/trainings`, {
    ...asked,
    body: { ...asked.body, table: table?.name },
  });
  assert.equal(queued.status, 202, queued.text);
  let job = queued.body as JobShape;
  while (job.state === "queued" || job.state === "running") {
    await new Promise((done) => setTimeout(done, 200));
    job = (await product.call("GET", `/api/v1/jobs/${job.id}`, { key: product.adminKey })).body as JobShape;
  }
  assert.equal(job.state, "done", JSON.stringify(job));

  const { page } = await openAsOwner("/services/credit-risk");
  await page.getByRole("tab", { name: "Versions" }).click();
  const versionOf = async () =>
    ((await decide(product.customerKey)).body as { decisions: { version: { number: number } }[] }).decisions[0]?.version.number;
  assert.equal(await versionOf(), 1);
  await confirm(page, "Promote version 2", "Promote");
  await toast(page, "Version 2 is the champion");
  assert.equal(await versionOf(), 2);
  await assertGoodInEveryLook(page);
  await confirm(page, "Back to the champion before", "Back to the champion before");
  await toast(page, "Version 1 is the champion");
  assert.equal(await versionOf(), 1);

  await page.getByRole("tab", { name: "Settings" }).click();
  await page.getByLabel("Days that decisions are kept").fill("400");
  await page.getByRole("button", { name: "Save" }).click();
  await toast(page, "Saved as revision 2");
  await page.getByText("Revision 2", { exact: true }).waitFor();
  await page.context().close();
});

test("a decision is asked again to the bit, and its outcome is put on record", async () => {
  const reply = (await decide(product.customerKey, { reference: "loan-7", subject: "person-7" })).body as { decisions: { id: string }[] };
  const id = reply.decisions[0]?.id ?? "";
  const { page, complaints } = await openAsOwner(`/decisions/${id}`);
  await page.getByText("Asked again: the same to the bit").waitFor();
  for (const text of ["loan-7", "person-7", "From base to score"]) await page.getByText(text).first().waitFor();
  await page.getByLabel("Outcome").selectOption("bad");
  await page.getByRole("button", { name: "Record" }).click();
  await toast(page, "The outcome is on record.");
  await page.getByRole("listitem").filter({ hasText: "bad" }).first().waitFor();
  await assertGoodInEveryLook(page);
  assert.deepEqual(withoutSignIn(complaints), []);
  await page.context().close();
});

test("a customer's person sees what is the customer's, and another's is as if it were not there", async () => {
  const other = await product.call("POST", "/api/v1/customers", {
    key: product.adminKey,
    body: { name: "other-bank", title: "Other Bank" },
  });
  const otherId = (other.body as { id: string }).id;
  const made = await product.call("POST", `/api/v1/customers/${otherId}/keys`, {
    key: product.adminKey,
    body: { name: "k", scopes: ["decide", "read"] },
  });
  const foreign = (await decide((made.body as { secret: string }).secret)).body as { decisions: { id: string }[] };
  const own = (await decide(product.customerKey)).body as { decisions: { id: string }[] };

  const { page } = await openAsOwner("/customers");
  await page.getByRole("link", { name: "Demo customer" }).click();
  await page.getByRole("tab", { name: "Details" }).click();
  await page.getByRole("button", { name: "Invite a login" }).click();
  await page.getByRole("button", { name: "Make the link" }).click();
  const link = (await page.locator(".secret").textContent(patience)) ?? "";
  await page.context().close();

  const { page: theirs, complaints } = await openPage(browser, link, { width: 1280, colorScheme: "light" });
  await theirs.getByLabel("Your name").fill("Grace");
  await theirs.getByLabel("E-mail").fill("grace@bank.example");
  await theirs.getByLabel("Password").fill("a long enough password");
  await theirs.getByRole("button", { name: "Create my login" }).click();
  await theirs.getByRole("heading", { name: "Services", level: 1 }).waitFor();
  assert.deepEqual(await theirs.getByRole("navigation").getByRole("link").allTextContents(), ["Services", "Keys and invoices"]);
  await assertGoodInEveryLook(theirs);
  await theirs.getByRole("link", { name: /Credit risk/ }).click();
  await theirs.getByRole("tab").first().waitFor();
  assert.deepEqual(await theirs.getByRole("tab").allTextContents(), ["Try it", "Code", "Decisions"]);
  await theirs.getByRole("tab", { name: "Decisions" }).click();
  await theirs.getByText(`…${own.decisions[0]?.id.slice(-8)}`).waitFor();
  assert.equal(await theirs.getByText(`…${foreign.decisions[0]?.id.slice(-8)}`).count(), 0);
  await theirs.getByRole("link", { name: "Keys and invoices" }).click();
  for (const tab of ["Keys", "Usage", "Invoices", "Details"]) {
    await theirs.getByRole("tab", { name: tab }).click();
    await assertGoodInEveryLook(theirs);
  }
  assert.equal(await theirs.getByRole("button", { name: "Issue the invoice" }).count(), 0);
  assert.deepEqual(withoutSignIn(complaints), []);
  for (const path of [`/customers/${otherId}`, "/members", "/new", `/decisions/${foreign.decisions[0]?.id}`]) {
    await theirs.goto(`${product.url}${path}`, { waitUntil: "networkidle" });
    await theirs.getByText(/does not exist|no such decision/i).waitFor();
  }
  await theirs.context().close();

  const { page: late } = await openPage(browser, link, { width: 1280, colorScheme: "light" });
  await late.getByRole("heading", { name: "This invitation no longer works" }).waitFor();
  await assertGoodInEveryLook(late);
  await late.getByRole("link", { name: "Go to sign in" }).click();
  await late.getByRole("textbox", { name: "E-mail" }).fill("grace@bank.example");
  await late.getByLabel("Password").fill("not the right password");
  await late.getByRole("button", { name: "Sign in" }).click();
  await late.getByRole("alert").filter({ hasText: "is not right" }).waitFor();
  await late.context().close();
});

test("an invitation is listed until it is used or withdrawn; who is signed out meanwhile, or finds the server away, is told so", async () => {
  const { page } = await openAsOwner("/members");
  await page.getByRole("button", { name: "Invite" }).click();
  await page.getByRole("button", { name: "Make the link" }).click();
  await page.getByRole("button", { name: "Copy the link" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Close" }).last().click();
  await confirm(page, "Withdraw the invitation: Analyst", "Withdraw");
  await toast(page, "The invitation was withdrawn.");
  await page.getByRole("heading", { name: "Open invitations" }).waitFor({ state: "detached" });
  await page.context().clearCookies();
  await page.getByRole("link", { name: "Customers" }).click();
  await page.getByText("Your session has ended.").waitFor(patience);
  await signInAsOwner(page, product);
  await page.getByRole("heading", { name: "Customers", level: 1 }).waitFor();

  await page.route("**/api/v1/**", (route) => route.abort());
  await page.reload();
  await page.getByRole("heading", { name: "The server does not answer" }).waitFor(patience);
  await assertGoodInEveryLook(page);
  await page.unroute("**/api/v1/**");
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByRole("heading", { name: "Customers", level: 1 }).waitFor();
  await page.context().close();
});
