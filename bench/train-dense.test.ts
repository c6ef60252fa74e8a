import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { smallShape, writeTable } from "./train-dense.fixture.ts";
import { trainOurs } from "./train-dense.ts";

test("the bench of training reads the rows it wrote, and learns from them what holds for others", () => {
  const folder = mkdtempSync(join(tmpdir(), "train-dense-"));
  try {
    const path = join(folder, "table.bin");
    writeTable(path, smallShape, 1);
    const first = trainOurs(path, smallShape, 1);
    assert.ok(first.auc > 0.7 && first.auc < 0.99, String(first.auc));
    assert.equal(trainOurs(path, smallShape, 1).digest, first.digest);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
