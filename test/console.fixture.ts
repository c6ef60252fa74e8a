/** The console built from its sources, the product that serves it, and a browser. */
import assert from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import { consoleFlags } from "../packages/cli/bin/console-build.mjs";
import { assertGoodPage, openBrowser } from "./browser.fixture.ts";
import { type StartedProduct, type StartOptions, startProduct } from "./start-product.ts";

export interface StartedConsole {
  readonly product: StartedProduct;
  readonly browser: Browser;
  stop(): Promise<void>;
}

export async function startConsole(options: Pick<StartOptions, "demo">): Promise<StartedConsole> {
  const [, built] = consoleFlags(process.execPath);
  assert.ok(built !== undefined, "the console is built, once for its sources");
  const undo: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const product = await startProduct({ ...options, consoleFolder: built });
    undo.push(() => product.stop());
    const browser = await openBrowser();
    undo.push(() => browser.close());
    return { product, browser, stop };
  } catch (error) {
    // What was started would keep the test's process alive for ever.
    await stop();
    throw error;
  }
}

export async function signInAsOwner(page: Page, { adminKey }: StartedProduct): Promise<void> {
  await page.getByRole("tab", { name: "Admin key" }).click();
  await page.getByRole("textbox", { name: "Admin key" }).fill(adminKey);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("button", { name: "Sign out" }).waitFor();
}

/** The page as it is, in light and dark, wide and narrow. */
export async function assertGoodInEveryLook(page: Page): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const)
    for (const width of [1280, 360]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 800 });
      await assertGoodPage(page);
    }
  await page.setViewportSize({ width: 1280, height: 800 });
}

/** What a page complained of but for the 401 with which it learns that nobody is signed in. */
export function withoutSignIn(complaints: readonly string[]): string[] {
  return complaints.filter((text) => !text.includes("401"));
}

/** Drops a text as a file on the wizard. */
export async function dropFile(page: Page, name: string, text: string): Promise<void> {
  const transfer = await page.evaluateHandle(`(() => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([${JSON.stringify(text)}], ${JSON.stringify(name)}, { type: "text/csv" }));
    return transfer;
  })()`);
  await page.locator(".drop").dispatchEvent("drop", { dataTransfer: transfer });
}
