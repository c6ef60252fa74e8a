import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { smallShape, writeTable } from "./train-dense.fixture.ts";
import { type Row, summaryOf, trainOurs } from "./train-dense.ts";

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

test("of two seeds a ratio takes the mean of both sides, not the larger", () => {
  const row = (side: string, seed: number, train: number): Row => {
    const seconds = { read: 1, bin: 1, train };
    return { side, threads: 1, seed, seconds, processor: seconds, auc: 0.9 };
  };
  const rows = [row("ours", 1, 1), row("ours", 2, 3), row("peer", 1, 9), row("peer", 2, 3)];
  assert.equal(summaryOf(rows, ["peer"], 1).peer?.train, 3);
});
