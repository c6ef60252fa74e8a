import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import type { UsageSumShape } from "@megalith/contract";
import { wordMoney } from "@megalith/contract";
import type { Browser, Page } from "playwright-core";
import { assertGoodPage, openPage } from "./browser.fixture.ts";
import { assertGoodInEveryLook, dropFile, type StartedConsole, signInAsOwner, startConsole, withoutSignIn } from "./console.fixture.ts";
import type { StartedProduct } from "./start-product.ts";

const germanCredit = fileURLToPath(new URL("../examples/german-credit/german-credit.csv.gz", import.meta.url));
const patience = { timeout: 60_000 };

let started: StartedConsole | undefined;
let product: StartedProduct;
let browser: Browser;
before(async () => {
  started = await startConsole({ demo: false });
  ({ product, browser } = started);
});
after(() => started?.stop());

test("a dropped file becomes a priced service, and what it was asked stands on the invoice to the nano", async () => {
  const { page, complaints } = await openPage(browser, product.url, { width: 1280, colorScheme: "light" });
  // The look for a session that is not there yet answers 401, which the browser reports.
  complaints.length = 0;
  await assertGoodInEveryLook(page);
  await signInAsOwner(page, product);
  await assertGoodInEveryLook(page);

  await page.getByRole("link", { name: "New service" }).first().click();
  await dropFile(page, "German credit.csv", gunzipSync(await readFile(germanCredit)).toString("utf8"));
  await page.getByRole("button", { name: "Read the file" }).click();
  await page.getByText("1,000 rows, 21 columns").waitFor(patience);
  await assertGoodInEveryLook(page);
  await page.getByRole("button", { name: "Continue" }).click();

  await page.getByLabel("Target", { exact: true }).selectOption("creditability");
  await page.getByLabel("The class to find").selectOption("bad");
  await page.getByRole("heading", { name: "Balance of the target" }).waitFor();
  await assertGoodInEveryLook(page);
  await page.getByRole("button", { name: "Train the model" }).click();

  await page.getByRole("heading", { name: "The model is trained" }).waitFor(patience);
  await page.getByText(/Measured on 1,000 rows/).waitFor();
  await assertGoodInEveryLook(page);
  await page.getByRole("button", { name: "Continue" }).click();

  await page.getByLabel("Price per decision").fill("0.123456789");
  await page.getByLabel("Currency").selectOption("EUR");
  await page.getByLabel(/^Refuse a record that lacks one of the 20 columns/).check();
  await assertGoodInEveryLook(page);
  await page.getByRole("button", { name: "Publish", exact: true }).click();
  await page.getByRole("heading", { name: "One record" }).waitFor(patience);

  await page.getByRole("button", { name: "Decide" }).click();
  assert.match((await page.getByTestId("prediction").textContent()) ?? "", /^\d+(\.\d)?%$/);
  await page.getByText("From base to score").waitFor();
  await assertGoodInEveryLook(page);
  for (const tab of ["Code", "Decisions", "Versions", "Settings"]) {
    await page.getByRole("tab", { name: tab, exact: true }).click();
    await assertGoodInEveryLook(page);
  }
  await assertTabsAndVersionAreFound(page);

  const secret = await makeCustomerWithKey(page);
  const schema = await product.call("GET", "/api/v1/services/german-credit/schema", { key: secret });
  const columns = (schema.body as { columns: { name: string; example: unknown; required: boolean }[] }).columns;
  assert.ok(columns.every(({ required }) => required));
  const record = Object.fromEntries(columns.map(({ name, example }) => [name, example]));
  for (let call = 0; call < 3; call++)
    assert.equal((await product.call("POST", "/api/v1/services/german-credit/decide", { key: secret, body: { record } })).status, 200);

  await page.getByRole("tab", { name: "Usage" }).click();
  await page.getByRole("cell", { name: "3", exact: true }).first().waitFor();
  await assertGoodInEveryLook(page);
  await page.getByRole("tab", { name: "Invoices" }).click();
  const shown = await page.getByTestId("invoice-total").textContent(patience);
  const ledger = await product.call("GET", "/api/v1/usage/summary", { key: secret });
  const sums = (ledger.body as { items: UsageSumShape[] }).items;
  assert.deepEqual([sums.length, sums[0]?.count, sums[0]?.amountNanos], [1, 3, "370370367"]);
  // One line, rounded once to the cent.
  assert.equal(shown, wordMoney("370000000", "EUR"));
  await assertGoodInEveryLook(page);

  await page.getByRole("link", { name: "Members" }).click();
  await page.getByRole("button", { name: "Invite" }).click();
  await page.getByRole("button", { name: "Make the link" }).click();
  const link = (await page.locator(".secret").textContent(patience)) ?? "";
  await assertGoodInEveryLook(page);
  assert.deepEqual(withoutSignIn(complaints), []);
  assert.deepEqual(await page.evaluate("Object.keys(localStorage)"), []);
  await page.context().close();
  await assertInviteWorks(link);
});

/** A tab by reload and Back, a version by its link; what is filled in there is asked for before it is lost. */
async function assertTabsAndVersionAreFound(page: Page): Promise<void> {
  await page.getByLabel("Title").fill("Another title");
  await page.getByRole("tab", { name: "Versions", exact: true }).click();
  await page.getByRole("dialog", { name: "Leave without saving?" }).getByRole("button", { name: "Leave" }).click();
  await page.reload();
  await page.getByRole("link", { name: "Version 1" }).click();
  await page.getByRole("heading", { name: "Version 1 of german-credit" }).waitFor();
  await page.getByRole("heading", { name: "Predicted against observed" }).waitFor();
  await assertGoodPage(page);
  await page.goBack();
  assert.equal(await page.getByRole("tab", { name: "Versions", exact: true }).getAttribute("aria-selected"), "true");
}

async function makeCustomerWithKey(page: Page): Promise<string> {
  await page.getByRole("link", { name: "Customers" }).click();
  await page.getByRole("heading", { name: "Customers", level: 1 }).waitFor();
  await page.getByRole("button", { name: "New customer" }).click();
  await page.getByLabel("Title").fill("First Bank");
  assert.equal(await page.getByLabel("Name", { exact: true }).inputValue(), "first-bank");
  await assertGoodInEveryLook(page);
  await page.getByRole("button", { name: "Create customer" }).click();
  await page.getByRole("heading", { name: "First Bank", level: 1 }).waitFor();
  await page.getByRole("button", { name: "New key" }).click();
  await page.getByLabel("Name", { exact: true }).fill("production");
  await page.getByRole("button", { name: "Create key" }).click();
  const secret = (await page.getByTestId("secret").textContent(patience)) ?? "";
  await assertGoodInEveryLook(page);
  await page.getByRole("button", { name: "Copy the key" }).click();
  await page.getByRole("button", { name: "I have it" }).click();
  return secret;
}

async function assertInviteWorks(link: string): Promise<void> {
  const { page } = await openPage(browser, link, { width: 360, colorScheme: "dark" });
  await page.getByLabel("Your name").fill("Ada");
  await page.getByLabel("E-mail").fill("ada@example.com");
  await page.getByLabel("Password").fill("correct horse battery");
  await assertGoodPage(page);
  await page.getByRole("button", { name: "Create my login" }).click();
  await page.getByRole("heading", { name: "Services", level: 1 }).waitFor();
  await page.context().close();
}

test("a script that got into a page does not run", async () => {
  const { page, complaints } = await openPage(browser, product.url, { width: 1280, colorScheme: "light" });
  complaints.length = 0;
  const inject = `new Promise((done) => {
    document.addEventListener("securitypolicyviolation", (event) => done(event.violatedDirective));
    const script = document.createElement("script");
    script.textContent = "window.wasRun = true";
    document.body.append(script);
  })`;
  assert.match(String(await page.evaluate(inject)), /^script-src/);
  assert.equal(await page.evaluate("window.wasRun"), undefined);
  await page.context().close();
});

test("the console speaks Chinese when it is chosen, errors included", async () => {
  const { page } = await openPage(browser, product.url, { width: 360, colorScheme: "light" });
  await page.getByLabel("Language").selectOption("zh-CN");
  await page.getByRole("tab", { name: "管理密钥" }).click();
  await page.getByRole("textbox", { name: "管理密钥" }).fill("wrong");
  await page.getByRole("button", { name: "登录" }).click();
  await page.getByRole("alert").getByText("邮箱、密码或密钥不正确。").waitFor();
  await assertGoodPage(page);
  await page.context().close();
});
