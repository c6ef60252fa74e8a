/** A real browser from the package registry, and what every page must pass: no serious fault by axe, no sideways scroll. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import chromium from "@sparticuz/chromium";
import { type Browser, type Page, chromium as playwright } from "playwright-core";

const axePath = fileURLToPath(import.meta.resolve("axe-core/axe.min.js"));

interface AxeFault {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly target: readonly string[] }[];
}

/** This build of Chromium now and then dies of a segmentation fault before it listens; then it is started again. */
const launches = 4;

export async function openBrowser(): Promise<Browser> {
  chromium.setGraphicsMode = false;
  // As one process it would end with its first page.
  const args = chromium.args.filter((flag) => flag !== "--single-process" && flag !== "--no-zygote");
  const executablePath = await chromium.executablePath();
  for (let launch = 1; ; launch++) {
    try {
      return await playwright.launch({ args, executablePath, headless: true });
    } catch (error) {
      if (launch === launches || !String(error).includes("SIGSEGV")) throw error;
    }
  }
}

/** Opens a page and collects what it complains of. */
export async function openPage(
  browser: Browser,
  url: string,
  look: { readonly width: number; readonly colorScheme: "light" | "dark" },
): Promise<{ page: Page; complaints: string[] }> {
  const context = await browser.newContext({
    viewport: { width: look.width, height: 800 },
    colorScheme: look.colorScheme,
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  await page.goto(url, { waitUntil: "networkidle" });
  return { page, complaints };
}

export async function assertGoodPage(page: Page): Promise<void> {
  // To read the library costs as much as to run it, and a page that is looked at again has it still.
  if (!(await page.evaluate("'axe' in window"))) await page.evaluate(await readFile(axePath, "utf8"));
  const faults = (await page.evaluate("axe.run({ resultTypes: ['violations'] }).then((found) => found.violations)")) as AxeFault[];
  const serious = faults.filter(({ impact }) => impact === "serious" || impact === "critical");
  assert.deepEqual(
    serious.map(({ id, nodes }) => ({ id, at: nodes.slice(0, 3).map((node) => node.target.join(" ")) })),
    [],
  );
  const [scrollWidth, width] = (await page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")) as [number, number];
  assert.ok(scrollWidth <= width, `the page is ${scrollWidth} wide in a window of ${width}`);
}
