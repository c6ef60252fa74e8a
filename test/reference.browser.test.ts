import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { assertGoodPage, openBrowser, openPage } from "./browser.fixture.ts";
import { type StartedProduct, startProduct } from "./start-product.ts";

let product: StartedProduct;
let browser: Browser;
before(async () => {
  product = await startProduct({ demo: false });
  browser = await openBrowser();
});
after(async () => {
  await browser.close();
  await product.stop();
});

for (const width of [1280, 360])
  for (const colorScheme of ["light", "dark"] as const)
    test(`the reference page shows every route, without fault, ${width} wide and ${colorScheme}`, async () => {
      const { page, complaints } = await openPage(browser, `${product.url}/docs`, { width, colorScheme });
      assert.match((await page.locator("body").textContent()) ?? "", /\/api\/v1\/services\/\{service\}\/decide/);
      await assertGoodPage(page);
      assert.deepEqual(complaints, []);
      await page.context().close();
    });
