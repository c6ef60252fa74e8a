/** The PDF read back: what was printed is there as text, in every script, on as many pages as it takes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { InvoiceLineShape, InvoiceShape } from "@megalith/contract";
import { getDocument } from "pdfjs-dist/legacy/build/pdf.mjs";
import { printInvoice } from "./invoice-pdf.ts";

const line: InvoiceLineShape = {
  kind: "units",
  service: "credit-risk",
  plan: "standard",
  planVersion: 1,
  tier: { from: 1, upTo: 1000 },
  quantity: 1234,
  unitNanos: "2000000",
  exactNanos: "2468000000",
  amountNanos: "2470000000",
  prepaid: false,
};
const invoice: InvoiceShape = {
  id: null,
  number: "INV-2026-000001",
  status: "final",
  seller: "Megalith Provider Łódź",
  customer: `cus_${"0".repeat(32)}`,
  customerName: "测试公司 ทดสอบ 테스트 한국 Ελλάς тест",
  month: "2026-10",
  currency: "EUR",
  lines: [line],
  exactNanos: "2468000000",
  totalNanos: "2470000000",
  prepaidNanos: "0",
  dueNanos: "2470000000",
  issuedAt: "2026-11-01T12:00:00.000Z",
};

async function textOf(bytes: Uint8Array): Promise<{ text: string; pages: number }> {
  const loading = getDocument({ data: new Uint8Array(bytes), verbosity: 0, useSystemFonts: false });
  const document = await loading.promise;
  let text = "";
  for (let number = 1; number <= document.numPages; number++) {
    const content = await (await document.getPage(number)).getTextContent();
    text += content.items.map((item) => ("str" in item ? item.str : "")).join("");
  }
  const pages = document.numPages;
  await loading.destroy();
  return { text, pages };
}

test("an invoice prints names of any script, amounts and its number", async () => {
  const { text, pages } = await textOf(await printInvoice(invoice, "en"));
  for (const part of [
    "测试公司",
    "ทดสอบ",
    "테스트",
    "Ελλάς",
    "тест",
    "Łódź",
    "INV-2026-000001",
    "2.47 EUR",
    "1234",
    "credit-risk",
    "Page 1 of 1",
  ])
    assert.ok(text.normalize("NFC").includes(part), `${part} in ${text}`);
  assert.equal(pages, 1);
});

test("seller and buyer are printed with what they are called by law, each line of the address and the tax id", async () => {
  const sellerIdentity = { legalName: "Megalith Łódź sp. z o.o.", address: "ul. Piotrkowska 1\n90-001 Łódź", taxId: "PL1234567890" };
  const customerIdentity = { legalName: "测试有限公司", address: "北京市海淀区\n中关村大街 27 号", taxId: "91110108MA0000000X" };
  const { text, pages } = await textOf(await printInvoice({ ...invoice, sellerIdentity, customerIdentity }, "en"));
  const parts = [
    "From",
    "sp. z o.o.",
    "ul. Piotrkowska 1",
    "90-001 Łódź",
    "Tax ID: PL1234567890",
    "Bill to",
    "测试有限公司",
    "中关村大街 27 号",
  ];
  for (const part of [...parts, "Tax ID: 91110108MA0000000X"]) assert.ok(text.normalize("NFC").includes(part), `${part} in ${text}`);
  assert.equal(pages, 1);
});

test("the longest seller and buyer that can be given leave room for the lines", async () => {
  const longest = { legalName: "国".repeat(200), address: Array(8).fill("址".repeat(61)).join("\n"), taxId: "X".repeat(60) };
  const { text } = await textOf(await printInvoice({ ...invoice, sellerIdentity: longest, customerIdentity: longest }, "en"));
  for (const part of ["国".repeat(10), "X".repeat(20), "2.47 EUR", "Total"]) assert.ok(text.includes(part), `${part} in ${text}`);
});

test("an invoice is printed in Chinese when that is asked for", async () => {
  const { text } = await textOf(await printInvoice({ ...invoice, prepaidNanos: "1000000000", dueNanos: "1470000000" }, "zh-CN"));
  for (const part of ["账单", "合计", "应付金额", "每日第 1 至 1000 次决策", "1.47 EUR"])
    assert.ok(text.includes(part), `${part} in ${text}`);
});

test("a long invoice has numbered pages, and no line is lost", async () => {
  const lines = Array.from({ length: 80 }, (_, index) => ({ ...line, service: `service-number-${index}` }));
  const { text, pages } = await textOf(await printInvoice({ ...invoice, lines }, "en"));
  assert.ok(pages > 1);
  for (let index = 0; index < 80; index++) assert.ok(text.includes(`service-number-${index}:`));
  assert.ok(text.includes(`Page ${pages} of ${pages}`));
});
