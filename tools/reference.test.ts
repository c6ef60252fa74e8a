import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { errors, routes } from "../packages/contract/src/index.ts";
import { root } from "./step.ts";
import { referencePages } from "./write-reference.ts";

for (const [path, text] of Object.entries(await referencePages())) {
  test(`${path} says what the tables say`, () => {
    assert.equal(readFileSync(join(root, path), "utf8"), text, "write it again: node tools/write-reference.ts");
  });
}

test("each error code and each operation has a place in the reference", async () => {
  const pages = await referencePages();
  for (const code of Object.keys(errors)) assert.ok(pages["docs/reference/errors.md"]?.includes(`### ${code}\n`), code);
  for (const name of Object.keys(routes)) assert.ok(pages["docs/reference/api.md"]?.includes(`### ${name}\n`), name);
});
