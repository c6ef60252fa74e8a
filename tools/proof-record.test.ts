import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { countsOf, findBenchmarks, type Proof, partOf, readProof, summaryOf, writeWhole } from "./proof-record.ts";
import { findProofs, findTests } from "./step.ts";

function scratch(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "megalith-proof-"));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

const proof: Proof = {
  sources: "now",
  files: {
    "test/a.system.test.ts": { part: "system", passed: 3, failed: 0, seconds: 1.5, counts: [{ name: "kills", count: 40 }] },
    "test/b.system.test.ts": { part: "system", passed: 1, failed: 2, seconds: 2, counts: [] },
    "bench/c.ts": { part: "benchmark", passed: 1, failed: 0, seconds: 4, counts: [] },
  },
};

test("every test, proof and benchmark of the house belongs to a part, and no part is empty", () => {
  const work = [...findTests(/./), ...findProofs(), ...findBenchmarks([])];
  const parts = new Set(work.map(partOf));
  assert.deepEqual([...parts].sort(), ["benchmark", "browser", "database", "pure", "system", "third party", "tidy"]);
  assert.ok(findBenchmarks([]).includes("bench/forest-quality.ts") && !findBenchmarks([]).includes("bench/load.ts"));
});

test("a proof goes on where it stopped on the same sources, and starts anew on others or after a torn record", (t) => {
  const path = join(scratch(t), "proof.json");
  assert.deepEqual(readProof(path, "now"), { sources: "now", files: {} });
  writeWhole(path, proof);
  assert.deepEqual(readProof(path, "now"), proof);
  assert.deepEqual(readProof(path, "later"), { sources: "later", files: {} });
  writeFileSync(path, '{"sources": "now", "fi');
  assert.deepEqual(readProof(path, "now"), { sources: "now", files: {} });
});

test("a summary adds up files, checks and seconds by part", () => {
  assert.deepEqual(summaryOf(proof), {
    passed: 5,
    failed: 2,
    seconds: 8,
    parts: {
      system: { files: 2, passed: 4, failed: 2, seconds: 4 },
      benchmark: { files: 1, passed: 1, failed: 0, seconds: 4 },
    },
  });
});

test("counts are told once each, and a file without any has none", (t) => {
  const path = join(scratch(t), "counts.jsonl");
  assert.deepEqual(countsOf(path), []);
  writeFileSync(path, '{"name":"kills","count":40}\n{"name":"kills","count":40}\n{"name":"runs","count":5}\n');
  assert.deepEqual(countsOf(path), [
    { name: "kills", count: 40 },
    { name: "runs", count: 5 },
  ]);
});
