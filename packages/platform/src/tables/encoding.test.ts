import assert from "node:assert/strict";
import { test } from "node:test";
import { importBytes, importRows, scratchFolder } from "./import.fixture.ts";

const utf16 = (text: string, big = false): Buffer => (big ? Buffer.from(text, "utf16le").swap16() : Buffer.from(text, "utf16le"));
/** 姓名,城市 / 张三,北京 / 李四,上海 */
const gb = Buffer.from("d0d5c3fb2cb3c7cad00ad5c5c8fd2cb1b1beA90ac0eecbc42cc9cfbaa30a", "hex");
const chinese = "姓名,城市\n张三,北京\n李四,上海\n";
const western = "nom;ville\nMüller;Zürich\nJosé;Málaga\nFrançois;Orléans\nSmith;£ 5 – “x”\n";

function windows1252(text: string): Buffer {
  const beyond: Record<string, number> = { "–": 0x96, "“": 0x93, "”": 0x94, "€": 0x80 };
  return Buffer.from([...text].map((letter) => beyond[letter] ?? letter.charCodeAt(0)));
}

test("each encoding is found without being told", async (t) => {
  const folder = await scratchFolder(t);
  const cases: [string, Uint8Array, string, string][] = [
    ["UTF-8", Buffer.from(chinese), "utf-8", "张三"],
    ["UTF-8 with a mark", Buffer.from(`\ufeff${chinese}`), "utf-8", "张三"],
    ["UTF-16LE with a mark", utf16(`\ufeff${chinese}`), "utf-16le", "张三"],
    ["UTF-16BE with a mark", utf16(`\ufeff${chinese}`, true), "utf-16be", "张三"],
    ["UTF-16LE", utf16(chinese), "utf-16le", "张三"],
    ["UTF-16BE", utf16("name,v\nabc,1\nxyz,2\n", true), "utf-16be", "abc"],
    ["GB18030", gb, "gb18030", "张三"],
    ["Windows-1252", windows1252(western), "windows-1252", "Müller"],
  ];
  for (const [label, bytes, encoding, first] of cases) {
    const { result, rows } = await importRows(folder, bytes);
    assert.equal(result.dialect.encoding, encoding, label);
    assert.equal(rows[0]?.[0], first, label);
    assert.ok(!result.columns[0]?.name.startsWith("\ufeff"), label);
  }
});

test("an encoding that shows only after a megabyte of ASCII is found", async (t) => {
  const folder = await scratchFolder(t);
  const ascii = Buffer.from(`name,v\n${"abc,1\n".repeat(200_000)}`);
  const { result, rows } = await importRows(folder, Buffer.concat([ascii, Buffer.from("d5c5c8fd2c310ac0eecbc42c320a", "hex")]));
  assert.equal(result.dialect.encoding, "gb18030");
  assert.equal(result.rowCount, 200_002);
  assert.deepEqual(rows[0], ["abc", 1]);
});

test("an encoding that a person names wins over what the bytes look like", async (t) => {
  const folder = await scratchFolder(t);
  const { rows } = await importRows(folder, Buffer.from("a,b\ncafé,1\nthé,2\n", "latin1"), { overrides: { encoding: "latin1" } });
  assert.equal(rows[0]?.[0], "café");
});

test("UTF-8 with one bad byte is refused by line, or costs one row when lenient", async (t) => {
  const folder = await scratchFolder(t);
  const bytes = Buffer.concat([Buffer.from("名字,值\n张三,1\n李"), Buffer.from([0xff]), Buffer.from("四,2\n王五,3\n赵六,4\n")]);
  await assert.rejects(importBytes(folder, bytes), { code: "tables.encoding_invalid", message: /line 3 is not valid utf-8/ });
  const { result, rows } = await importRows(folder, bytes, { mode: "lenient" });
  assert.deepEqual(
    result.rejected.map(({ line, column, code }) => ({ line, column, code })),
    [{ line: 3, column: "名字", code: "encoding" }],
  );
  assert.equal(rows.length, 3);
});

test("half a surrogate pair is refused by line", async (t) => {
  const folder = await scratchFolder(t);
  const bytes = Buffer.concat([utf16("\ufeffa,b\n1,x\n2,"), Buffer.from([0x00, 0xd8]), utf16("\n3,y\n")]);
  await assert.rejects(importBytes(folder, bytes), { code: "tables.encoding_invalid", message: /line 3/ });
  const utf8 = Buffer.concat([Buffer.from("a,b\n1,日本\n2,"), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from("\n3,y\n")]);
  await assert.rejects(importBytes(folder, utf8, { overrides: { encoding: "utf-8" } }), { code: "tables.encoding_invalid" });
});
