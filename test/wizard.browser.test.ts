/** Files that are not as they should be, and columns that know the answer, on their way through the wizard. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { JobShape } from "@megalith/contract";
import type { Browser, Page, Route } from "playwright-core";
import { openPage } from "./browser.fixture.ts";
import { assertGoodInEveryLook, dropFile, type StartedConsole, signInAsOwner, startConsole, withoutSignIn } from "./console.fixture.ts";
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
  let state = 11;
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
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

test("a file without names of columns is read again as such, and the first rows show it", async () => {
  const { page } = await openWizard();
  const text = loans("40;2000,00;0,00;paid").split("\n").slice(1).join("\n");
  await dropFile(page, "nameless.csv", text);
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

/** Rows enough that their training lasts; the target is noise around a line. */
function manyRows(count: number): string {
  let state = 23;
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
  const lines = ["a,b,c,d,e,f,y"];
  for (let row = 0; row < count; row++) {
    const cells = Array.from({ length: 6 }, random);
    lines.push(`${cells.map((cell) => cell.toFixed(4)).join(",")},${(cells[0] ?? 0) + random() > 1 ? "yes" : "no"}`);
  }
  return `${lines.join("\n")}\n`;
}

test("training shows how far it is, by stream and without one, and ends when it is cancelled", async () => {
  const { page } = await openWizard();
  const asked: string[] = [];
  page.on("request", (request) => {
    const path = /\/api\/v1\/(jobs\/.*)/.exec(request.url())?.[1];
    if (path !== undefined) asked.push(path.replace(/job_\w+/, "job"));
  });
  const cut = (route: Route): Promise<void> => route.abort();
  await dropFile(page, "many.csv", manyRows(30_000));
  await page.getByRole("button", { name: "Read the file" }).click();
  await page.getByText("30,000 rows, 7 columns").waitFor(patience);
  await page.getByRole("button", { name: "Continue" }).click();
  for (const manner of ["streamed", "asked for"] as const) {
    if (manner === "asked for") await page.route("**/events", cut);
    asked.length = 0;
    await page.getByLabel("Target", { exact: true }).selectOption("y");
    await page.getByRole("button", { name: "Train the model" }).click();
    const bar = page.getByRole("progressbar", { name: "Training" });
    await bar.waitFor(patience);
    const shares = new Set<number>();
    while (shares.size < 4) {
      shares.add(await bar.evaluate((element) => (element as HTMLProgressElement).value, undefined, patience));
      await page.waitForTimeout(20);
    }
    assert.deepEqual(
      [...shares],
      [...shares].sort((one, other) => one - other),
      `${manner}: it goes forward`,
    );
    await page.getByRole("button", { name: "Cancel the training" }).click();
    await page.getByText("The training was cancelled.").waitFor(patience);
    assert.equal(await bar.count(), 0);
    const questions = asked.filter((path) => path === "jobs/job").length;
    if (manner === "streamed") assert.ok(questions <= 2, `the stream tells it, yet it was asked ${questions} times`);
    else assert.ok(questions > 2, "without a stream it is asked for");
    const jobs = (await product.call("GET", "/api/v1/jobs", { key: product.adminKey })).body as { items: { state: string }[] };
    assert.equal(jobs.items[0]?.state, "cancelled");
    await page.getByRole("button", { name: "Back" }).click();
  }
  await page.context().close();
});

test("a stream that drops is opened again, and a reload or Back finds the step and the training that it left", async () => {
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

  // The first stream ends at once, and asking for the job fails but for the first time: only a second stream can show progress.
  let streams = 0;
  let reads = 0;
  await page.route(`**/api/v1/jobs/${id}/events`, (route) =>
    ++streams === 1 ? route.fulfill({ contentType: "text/event-stream", body: "retry: 50\n\n" }) : route.continue(),
  );
  await page.route(`**/api/v1/jobs/${id}`, (route) => (++reads === 1 ? route.continue() : route.abort()));
  await page.goto(`${product.url}/new?table=slow&job=${id}`);
  const done = async () => Number(await page.getByRole("progressbar", { name: "Training" }).getAttribute("value", patience));
  const moved = async (from: number) => {
    const end = Date.now() + patience.timeout;
    for (let now = await done(); ; now = await done()) {
      if (now > from) return now;
      assert.ok(Date.now() < end, `progress stood at ${now}`);
      await page.waitForTimeout(100);
    }
  };
  await moved(await moved(0));
  assert.ok(streams >= 2, `${streams} streams`);
  await assertGoodInEveryLook(page);

  await page.unrouteAll();
  await page.reload();
  await moved(0);
  await page.getByRole("button", { name: "Cancel the training" }).press("Enter");
  await page.getByText("The training was cancelled.").waitFor(patience);
  const ended = await product.call("GET", `/api/v1/jobs/${id}`, { key: product.adminKey });
  assert.equal((ended.body as JobShape).state, "cancelled");
  await page.reload();
  await page.getByText("The training was cancelled.").waitFor(patience);
  await page.getByRole("button", { name: "Back" }).click();
  await page.getByLabel("Target", { exact: true }).waitFor(patience);
  await page.context().close();
});
