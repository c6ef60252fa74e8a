/** Files that are not as they should be, and columns that know the answer, on their way through the wizard. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { JobShape } from "@megalith/contract";
import type { Browser, Locator, Page } from "playwright-core";
import { openPage } from "./browser.fixture.ts";
import { assertGoodInEveryLook, dropFile, type StartedConsole, signInAsOwner, startConsole, withoutSignIn } from "./console.fixture.ts";
import { sequence } from "./killed-product.fixture.ts";
import type { StartedProduct } from "./start-product.ts";

const patience = { timeout: 60_000 };

let started: StartedConsole | undefined;
let product: StartedProduct;
let browser: Browser;
before(async () => {
  started = await startConsole({ demo: false });
  ({ product, browser } = started);
});
after(() => started?.stop());

/** 600 seeded loans in the German way of writing; `recoveries` is written after a default only. */
function loans(bad: string): string {
  const random = sequence(11);
  const lines = ["age;income;recoveries;status"];
  for (let row = 0; row < 600; row++) {
    const age = 20 + Math.floor(random() * 50);
    const income = 1000 + random() * 4000;
    const isBad = random() < 0.15 + (income < 2500 ? 0.3 : 0) + (age < 30 ? 0.1 : 0);
    const recoveries = isBad ? (random() * 900 + 1).toFixed(2).replace(".", ",") : "0,00";
    lines.push(`${age};${income.toFixed(2).replace(".", ",")};${recoveries};${isBad ? "default" : "paid"}`);
    if (row === 2) lines.push(bad);
  }
  return `${lines.join("\n")}\n`;
}

async function openWizard(): Promise<{ page: Page; complaints: string[] }> {
  const opened = await openPage(browser, `${product.url}/new`, { width: 1280, colorScheme: "light" });
  await signInAsOwner(opened.page, product);
  return opened;
}

test("a bad row is named by its line, left out when asked, and a column that knows the answer is shown and kept on wish", async () => {
  const { page, complaints } = await openWizard();
  await dropFile(page, "loans.csv", loans("31;1200,00;0,00;paid;one too many"));
  await page.getByRole("button", { name: "Read the file" }).click();
  await page.getByRole("alert").getByText(/5/).first().waitFor(patience);
  await assertGoodInEveryLook(page);

  await page.getByRole("combobox", { name: "Rows that cannot be read" }).selectOption("lenient");
  await page.getByRole("button", { name: "Read the file" }).click();
  await page.getByText("600 rows, 4 columns").waitFor(patience);
  await page.getByText("Rows left out: 1").waitFor();
  const preview = page.getByRole("region", { name: "The first rows" });
  await preview.waitFor();
  assert.deepEqual(await preview.getByRole("columnheader").allTextContents(), [
    "ageNumber",
    "incomeNumber",
    "recoveriesNumber",
    "statusCategory",
  ]);
  assert.equal(await preview.getByRole("row").count(), 9);
  await assertGoodInEveryLook(page);

  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByLabel("Target", { exact: true }).selectOption("status");
  await page.getByLabel("The class to find").selectOption("default");
  // What is known of one target is not taken for another's while that is asked for.
  await page.route("**/profile?target=income", () => undefined);
  await page.getByLabel("Target", { exact: true }).selectOption("income");
  await page.getByLabel("The class to find").waitFor({ state: "detached" });
  await page.getByLabel("Target", { exact: true }).selectOption("status");
  await page.getByLabel("The class to find").selectOption("default");
  await page.getByRole("button", { name: "Train the model" }).click();
  await page.getByRole("heading", { name: "The model is trained" }).waitFor(patience);
  const leaks = page.getByRole("region", { name: "Columns that may know the answer" });
  await leaks.getByRole("row", { name: /recoveries.*Left out/ }).waitFor();
  await assertGoodInEveryLook(page);
  await leaks.getByRole("checkbox").check();
  await page.getByRole("button", { name: "Keep the chosen ones and train again" }).click();
  await leaks.getByRole("row", { name: /recoveries.*Kept/ }).waitFor(patience);
  // The refused upload is the one thing that the browser may complain of.
  assert.deepEqual(
    withoutSignIn(complaints).filter((text) => !text.includes("400")),
    [],
  );
  await page.context().close();
});

test("a name that is taken is told at its field, an upload is stopped, and a file without names of columns is read as such", async () => {
  const { page } = await openWizard();
  const text = loans("40;2000,00;0,00;paid").split("\n").slice(1).join("\n");
  await dropFile(page, "nameless.csv", text);
  await page.getByLabel("Name of the table").fill("loans");
  await page.getByRole("button", { name: "Read the file" }).click();
  await page.getByRole("textbox", { name: "Name of the table", description: /exists already/ }).waitFor(patience);
  await page.getByLabel("Name of the table").fill("nameless");
  await page.route("**/api/v1/tables?*", () => undefined);
  await page.getByRole("button", { name: "Read the file" }).click();
  await page.getByRole("progressbar").waitFor();
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByText("The upload was cancelled.").waitFor();
  await page.unrouteAll();
  await page.getByRole("button", { name: "Read the file" }).click();
  await page.getByText(/rows, 4 columns/).waitFor(patience);
  await page.getByText("How the file is written").click();
  await page.getByLabel("Names of the columns").selectOption({ label: "There are none: the first row is data" });
  await page.getByRole("button", { name: "Read again with these settings" }).click();
  await page.getByText("601 rows, 4 columns").waitFor(patience);
  await page.getByRole("region", { name: "The first rows" }).waitFor();
  const names = await page.getByRole("region", { name: "The first rows" }).getByRole("columnheader").allTextContents();
  assert.ok(
    names.every((name) => /^column/i.test(name)),
    names.join(" "),
  );
  await page.context().close();
});

test("progress is shown by a stream that dropped and by asking, a reload finds the training and a cancel ends it", async () => {
  const { page } = await openWizard();
  assert.equal(await page.title(), "New service · Megalith");
  await dropFile(page, "slow.csv", loans("40;2000,00;0,00;paid"));
  await page.getByRole("button", { name: "Read the file" }).click();
  await page.getByRole("button", { name: "Continue" }).click(patience);
  await page.getByLabel("Target", { exact: true }).waitFor();
  assert.equal(new URL(page.url()).search, "?table=slow");
  await page.goBack();
  await page.getByRole("button", { name: "Choose a file" }).waitFor();
  await page.goForward();
  await page.getByLabel("Target", { exact: true }).waitFor();

  const slow = { rounds: 10_000, leaves: 256, rate: 0.0001, minRows: 1 };
  const body = { table: "slow", target: "status", positive: "default", folds: 20, parameters: slow };
  const started = await product.call("POST", "/api/v1/models/slow/trainings", { key: product.adminKey, body });
  assert.equal(started.status, 202, started.text);
  const { id } = started.body as JobShape;
  const bar = page.getByRole("progressbar", { name: "Training" });
  /** Shares as they are shown, until so many different ones were. */
  const shares = async (count: number): Promise<void> => {
    const seen = new Set<number>();
    for (const end = Date.now() + patience.timeout; seen.size < count; await page.waitForTimeout(20)) {
      assert.ok(Date.now() < end, `progress stood still after ${[...seen].join(" ")}`);
      seen.add(Number(await bar.getAttribute("value", patience)));
    }
    assert.deepEqual(
      [...seen],
      [...seen].sort((one, other) => one - other),
      "it goes forward",
    );
  };

  // The first stream ends at once, and asking for the job fails but for the first time: only a second stream can show progress.
  let streams = 0;
  let reads = 0;
  await page.route(`**/api/v1/jobs/${id}/events`, (route) =>
    ++streams === 1 ? route.fulfill({ contentType: "text/event-stream", body: "retry: 50\n\n" }) : route.continue(),
  );
  await page.route(`**/api/v1/jobs/${id}`, (route) => (++reads === 1 ? route.continue() : route.abort()));
  await page.goto(`${product.url}/new?table=slow&job=${id}`);
  await shares(4);
  assert.ok(streams >= 2, `${streams} streams`);
  const readsBefore = reads;
  await shares(4);
  assert.equal(reads, readsBefore, "what the stream tells is not asked for");
  await assertGoodInEveryLook(page);

  await page.unrouteAll();
  reads = 0;
  await page.route(`**/api/v1/jobs/${id}/events`, (route) => route.abort());
  await page.route(`**/api/v1/jobs/${id}`, (route) => {
    reads++;
    return route.continue();
  });
  await page.reload();
  await shares(4);
  assert.ok(reads > 2, "without a stream it is asked for");

  await page.unrouteAll();
  await page.reload();
  await shares(2);
  await page.getByRole("button", { name: "Cancel the training" }).press("Enter");
  const cancelled = page.getByRole("heading", { name: "The training was cancelled" });
  await cancelled.waitFor(patience);
  assert.equal(await bar.count(), 0);
  assert.ok(await holdsFocus(cancelled), "the heading has the focus that the button had");
  const ended = await product.call("GET", `/api/v1/jobs/${id}`, { key: product.adminKey });
  assert.equal((ended.body as JobShape).state, "cancelled");
  await page.reload();
  await cancelled.waitFor(patience);
  await assertGoodInEveryLook(page);
  // Each training can be cancelled in its turn, whatever became of the one before on the same page.
  for (let again = 0; again < 2; again++) {
    await page.getByRole("button", { name: "Train again as it was" }).click();
    await page.getByRole("button", { name: "Cancel the training" }).click(patience);
    await cancelled.waitFor(patience);
  }
  await page.getByRole("button", { name: "Back to the columns" }).click();
  await page.getByRole("heading", { name: "Balance of the target" }).waitFor(patience);
  assert.equal(await page.getByLabel("Target", { exact: true }).inputValue(), "status");
  await page.context().close();
});

function holdsFocus(locator: Locator): Promise<boolean> {
  return locator.evaluate((element) => element === element.ownerDocument.activeElement);
}

/** Goes on by Tab until the control has the focus. */
async function reach(page: Page, control: Locator): Promise<void> {
  await control.waitFor(patience);
  for (let press = 0; press < 60; press++) {
    if (await holdsFocus(control)) return;
    await page.keyboard.press("Tab");
  }
  assert.fail(`Tab does not lead to ${control}`);
}

test("the keyboard alone leads from a file to a service, each step has the focus, a fault is at its field, and a press too many sends nothing", async () => {
  const { page } = await openWizard();
  const button = (name: string): Locator => page.getByRole("button", { name, exact: true });
  const press = async (control: Locator, key: string): Promise<void> => {
    await reach(page, control);
    await page.keyboard.press(key);
  };
  const stepIs = async (number: number, title: string): Promise<void> => {
    const heading = page.getByRole("heading", { name: `Step ${number} of 4: ${title}` });
    await heading.waitFor(patience);
    assert.ok(await holdsFocus(heading), `${title} has the focus`);
  };
  const chooser = page.waitForEvent("filechooser");
  await press(button("Choose a file"), "Enter");
  await (await chooser).setFiles({ name: "By keyboard.csv", mimeType: "text/csv", buffer: Buffer.from(loans("40;2000,00;0,00;paid")) });
  await stepIs(1, "By keyboard.csv");
  await press(button("Read the file"), "Enter");
  await press(button("Continue"), "Space");

  await stepIs(2, "What should be predicted?");
  await press(button("Train the model"), "Enter");
  const target = page.getByLabel("Target", { exact: true });
  assert.ok(await holdsFocus(target), "what is missing has the focus");
  assert.equal(await page.getByRole("combobox", { name: "Target", description: /This is needed/ }).count(), 1);
  await page.keyboard.type("sta");
  await page.getByRole("heading", { name: "Balance of the target" }).waitFor(patience);
  await press(button("Train the model"), "Enter");
  await stepIs(3, "The model is trained");
  await press(button("Continue"), "Enter");

  await stepIs(4, "Publish it as a service");
  const price = page.getByLabel("Price per decision");
  await reach(page, price);
  await page.keyboard.press("ControlOrMeta+A");
  await page.keyboard.type("a lot");
  await press(button("Publish"), "Enter");
  assert.ok(await holdsFocus(price), "what is wrong has the focus");
  assert.equal(await page.getByRole("textbox", { name: "Price per decision", description: /decimal amount/ }).count(), 1);
  await assertGoodInEveryLook(page);

  await page.getByRole("link", { name: "Customers" }).press("Enter");
  await page.getByRole("dialog", { name: "Leave without saving?" }).waitFor();
  await press(button("Stay"), "Enter");
  assert.match(new URL(page.url()).search, /model=by-keyboard/);
  const asked = page.waitForEvent("dialog");
  await page.close({ runBeforeUnload: true });
  assert.equal((await asked).type(), "beforeunload");
  await (await asked).dismiss();

  const sent: string[] = [];
  page.on("request", (request) => request.method() === "POST" && sent.push(new URL(request.url()).pathname));
  await reach(page, price);
  await page.keyboard.press("ControlOrMeta+A");
  await page.keyboard.type("0.5");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "By keyboard", level: 1 }).waitFor(patience);
  assert.deepEqual(sent, ["/api/v1/plans", "/api/v1/services"]);
  await page.context().close();
});
