import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gunzipSync } from "node:zlib";
import type { UsageSumShape } from "@megalith/contract";
import { wordMoney } from "@megalith/contract";
import type { Browser, Page } from "playwright-core";
import { assertGoodPage, openBrowser, openPage } from "./browser.fixture.ts";
import { type StartedProduct, startProduct } from "./start-product.ts";

const consoleSource = fileURLToPath(new URL("../packages/console", import.meta.url));
const vite = join(dirname(createRequire(`${consoleSource}/package.json`).resolve("vite/package.json")), "bin/vite.js");
const germanCredit = fileURLToPath(new URL("../examples/german-credit/german-credit.csv.gz", import.meta.url));
const patience = { timeout: 60_000 };

let product: StartedProduct;
let browser: Browser;
let built: string;
before(async () => {
  built = await mkdtemp(join(tmpdir(), "megalith-console-"));
  await promisify(execFile)(process.execPath, [vite, "build", "--outDir", built, "--emptyOutDir", "--logLevel", "warn"], {
    cwd: consoleSource,
  });
  product = await startProduct({ demo: false, consoleFolder: built });
  browser = await openBrowser();
});
after(async () => {
  await browser.close();
  await product.stop();
  await rm(built, { recursive: true, force: true });
});

async function signIn(page: Page): Promise<void> {
  await page.getByLabel("Admin key", { exact: true }).last().fill(product.adminKey);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Services", level: 1 }).waitFor();
}

/** The page as it is, in light and dark, wide and narrow. */
async function assertGoodInEveryLook(page: Page): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const)
    for (const width of [1280, 360]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 800 });
      await assertGoodPage(page);
    }
  await page.setViewportSize({ width: 1280, height: 800 });
}

async function dropFile(page: Page, name: string, text: string): Promise<void> {
  const transfer = await page.evaluateHandle(`(() => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([${JSON.stringify(text)}], ${JSON.stringify(name)}, { type: "text/csv" }));
    return transfer;
  })()`);
  await page.locator(".drop").dispatchEvent("drop", { dataTransfer: transfer });
}

test("a dropped file becomes a priced service, and what it was asked stands on the invoice to the nano", async () => {
  const { page, complaints } = await openPage(browser, product.url, { width: 1280, colorScheme: "light" });
  // The look for a session that is not there yet answers 401, which the browser reports.
  complaints.length = 0;
  await assertGoodInEveryLook(page);
  await signIn(page);
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

  const secret = await makeCustomerWithKey(page);
  const schema = await product.call("GET", "/api/v1/services/german-credit/schema", { key: secret });
  const columns = (schema.body as { columns: { name: string; example: unknown }[] }).columns;
  const record = Object.fromEntries(columns.map(({ name, example }) => [name, example]));
  for (let call = 0; call < 3; call++)
    assert.equal((await product.call("POST", "/api/v1/services/german-credit/decide", { key: secret, body: { record } })).status, 200);

  await page.getByRole("tab", { name: "Usage" }).click();
  await page.getByRole("cell", { name: "3", exact: true }).waitFor();
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
  await page.getByText("Send this link").waitFor();
  const link = (await page.locator(".secret").textContent()) ?? "";
  await assertGoodInEveryLook(page);
  assert.deepEqual(
    complaints.filter((text) => !text.includes("401")),
    [],
  );
  assert.deepEqual(await page.evaluate("Object.keys(localStorage)"), []);
  await page.context().close();
  await assertInviteWorks(link);
});

async function makeCustomerWithKey(page: Page): Promise<string> {
  await page.getByRole("link", { name: "Customers" }).click();
  await page.getByRole("heading", { name: "Customers", level: 1 }).waitFor();
  await page.getByLabel("Title").fill("First Bank");
  await page.getByLabel("Name").fill("first-bank");
  await assertGoodInEveryLook(page);
  await page.getByRole("button", { name: "New customer" }).click();
  await page.getByRole("heading", { name: "First Bank", level: 1 }).waitFor();
  await page.getByRole("heading", { name: "New key" }).waitFor();
  await page.getByLabel("Name").fill("production");
  await page.getByRole("button", { name: "New key" }).click();
  const secret = (await page.getByTestId("secret").textContent(patience)) ?? "";
  await assertGoodInEveryLook(page);
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

test("the console speaks Chinese when it is chosen, errors included", async () => {
  const { page } = await openPage(browser, product.url, { width: 360, colorScheme: "light" });
  await page.getByLabel("Language").selectOption("zh-CN");
  await page.getByLabel("管理密钥").last().fill("wrong");
  await page.getByRole("button", { name: "登录" }).click();
  await page.getByRole("alert").getByText("邮箱、密码或密钥不正确。").waitFor();
  await assertGoodPage(page);
  await page.context().close();
});
