import assert from "node:assert/strict";
import { test } from "node:test";
import { csvText, exportCsv } from "./export.ts";
import { importBytes, scratchFolder } from "./import.fixture.ts";

test("a text that a spreadsheet would run as a formula is neutralised, numbers stay", async (t) => {
  const folder = await scratchFolder(t);
  const text = 'n,t,d\n-5,=1+1,2024-01-02\n+7,"@SUM(A1), ""x""",\n3,"\tx",\n4,plain,\n5,-2 a,\n';
  const { parquetPath } = await importBytes(folder, text);
  let output = "";
  for await (const piece of exportCsv(parquetPath)) output += piece;
  assert.equal(output, `n,t,d\r\n-5,'=1+1,2024-01-02T00:00:00.000Z\r\n7,"'@SUM(A1), ""x""",\r\n3,'\tx,\r\n4,plain,\r\n5,'-2 a,\r\n`);
});

test("every way to begin a formula is neutralised", () => {
  for (const cell of ["=1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1", "  =1", "＝1"])
    assert.match(csvText(cell), /^"?'/, JSON.stringify(cell));
  assert.equal(csvText("a=b"), "a=b");
});
