import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { runCount, seed } from "../../../test/counts.ts";
import { decodeForest } from "./decode.ts";
import { encodeForest } from "./encode.ts";
import { ForestError } from "./error.ts";
import { createExplainer } from "./explain.ts";
import type { Forest, ForestTask } from "./forest.ts";
import { checksumOf } from "./format.ts";
import { createRandom } from "./random.ts";
import { createScorer } from "./score.ts";
import { randomTable, smallParameters } from "./table.fixture.ts";
import { trainForest } from "./train.ts";

const mutations = runCount(4_000, 500_000);

function smallForest(task: ForestTask = "multiclass"): Forest {
  const data = randomTable({ seed: 5, rows: 120, task });
  return trainForest(
    task,
    data,
    { ...smallParameters, rounds: 2, leaves: 5 },
    { metadata: { note: "缺失 \ud800", nested: { b: 1, a: [null, true] } } },
  ).forest;
}

function seal(bytes: Uint8Array): Uint8Array {
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(12, checksumOf(bytes), true);
  return bytes;
}

/** Decodes; what decodes must also score and explain without harm. */
function decodesOrRefuses(bytes: Uint8Array): boolean {
  try {
    const forest = decodeForest(bytes);
    const row = new Float64Array(forest.features.length).fill(1);
    createScorer(forest).rawScore(row, new Float64Array(forest.outputs));
    createExplainer(forest).explain(row, new Float64Array(forest.outputs * forest.features.length));
    return true;
  } catch (error) {
    assert.ok(error instanceof ForestError, String(error));
    assert.match(error.code, /^forest\.model_(corrupt|version_unsupported)$/);
    return false;
  }
}

test("a forest comes back equal from its bytes, and its bytes from the forest", () => {
  for (const task of ["binary", "multiclass", "regression"] as const) {
    const forest = smallForest(task);
    const bytes = encodeForest(forest);
    assert.deepEqual(decodeForest(bytes), forest);
    assert.deepEqual(encodeForest(decodeForest(bytes)), bytes);
  }
});

test("bytes are read at any alignment", () => {
  const bytes = encodeForest(smallForest());
  const shifted = new Uint8Array(bytes.length + 3);
  shifted.set(bytes, 3);
  assert.deepEqual(decodeForest(shifted.subarray(3)), decodeForest(bytes));
});

test("a file cut short anywhere, or with more behind it, is refused", () => {
  const bytes = encodeForest(smallForest());
  for (let length = 0; length < bytes.length; length += length < 1000 ? 1 : 17) {
    assert.equal(decodesOrRefuses(bytes.slice(0, length)), false);
    if (length >= 16) assert.equal(decodesOrRefuses(seal(bytes.slice(0, length))), false);
  }
  assert.equal(decodesOrRefuses(seal(Uint8Array.of(...bytes, 0, 0, 0, 0, 0, 0, 0, 0))), false);
});

test("a changed byte is noticed by the checksum", () => {
  const bytes = encodeForest(smallForest());
  for (let at = 0; at < bytes.length; at += 7) {
    const changed = bytes.slice();
    changed[at] = (changed[at] as number) ^ 0x10;
    assert.equal(decodesOrRefuses(changed), false, `byte ${at}`);
  }
});

test("a forged file with a right checksum is a sound forest or is refused, and does no harm", () => {
  const originals = [encodeForest(smallForest("multiclass")), encodeForest(smallForest("binary"))];
  const random = createRandom(seed);
  const extremes = [0, 1, 0x7f, 0x80, 0xff];
  let refused = 0;
  for (let run = 0; run < mutations; run++) {
    const bytes = (originals[run % 2] as Uint8Array).slice();
    const changes = 1 + Math.floor(random.next() * 4);
    for (let change = 0; change < changes; change++) {
      const at = Math.floor(random.next() * bytes.length);
      const word = random.next() < 0.3;
      for (let next = at; next < Math.min(bytes.length, at + (word ? 4 : 1)); next++)
        bytes[next] = random.next() < 0.5 ? (extremes[Math.floor(random.next() * 5)] as number) : Math.floor(random.next() * 256);
    }
    if (!decodesOrRefuses(seal(bytes))) refused++;
  }
  assert.ok(refused > mutations / 4, `${refused} of ${mutations} refused`);
});

test("a header that promises more than the file holds is refused before anything is allocated", () => {
  const bytes = encodeForest(smallForest());
  const headerBytes = new DataView(bytes.buffer).getUint32(8, true);
  const json = new TextDecoder().decode(bytes.subarray(16, 16 + headerBytes)).trimEnd();
  for (const [from, to] of [
    [/"nodes":\d+/, '"nodes":2000000000'],
    [/"trees":\d+/, '"trees":999999'],
    [/"words":\d+/, '"words":2000000000'],
    [/"leaves":\d+/, '"leaves":-1'],
    [/"metadata":\{/, `"metadata":{"_":${"[".repeat(5000)}${"]".repeat(5000)},`],
  ] as const) {
    const header = new TextEncoder().encode(json.replace(from, to));
    const length = Math.ceil(header.length / 8) * 8;
    const forged = new Uint8Array(bytes.length - headerBytes + length).fill(0x20);
    forged.set(bytes.subarray(0, 16));
    forged.set(header, 16);
    forged.set(bytes.subarray(16 + headerBytes), 16 + length);
    new DataView(forged.buffer).setUint32(8, length, true);
    assert.equal(decodesOrRefuses(seal(forged)), false, String(from));
  }
});

test("trees with cycles, shared nodes, strange numbers or foreign leaves are refused", () => {
  const forge = (change: (trees: Forest["trees"]) => void): Uint8Array => {
    const forest = decodeForest(encodeForest(smallForest()));
    change(forest.trees);
    return encodeForest(forest);
  };
  const forgeries: ((trees: Forest["trees"]) => void)[] = [
    (trees) => trees.left.set([0], 0),
    (trees) => trees.right.set([trees.left[0] as number], 0),
    (trees) => trees.left.set([~(trees.leafValue.length - 1)], 0),
    (trees) => trees.feature.set([6], 0),
    (trees) => trees.leafValue.set([Number.NaN], 0),
    (trees) => trees.leafValue.fill(1.7e308),
    (trees) => trees.leafValue.set([-1.1e300], 0),
    (trees) => trees.leafCover.set([0], 0),
    (trees) => trees.leafCover.set([Number.POSITIVE_INFINITY], 0),
    (trees) => trees.defaultLeft.set([2], 0),
    (trees) => trees.nodeOffset.set([1], 0),
    (trees) => trees.threshold.fill(Number.NaN),
    (trees) => trees.categoryOffset.fill(3),
    (trees) => trees.categoryBits.fill(0xffffffff),
  ];
  for (const change of forgeries) assert.equal(decodesOrRefuses(forge(change)), false, String(change));
});

test("another format version has a code of its own", () => {
  const bytes = encodeForest(smallForest());
  new DataView(bytes.buffer).setUint32(4, 2, true);
  assert.throws(
    () => decodeForest(seal(bytes)),
    (error) => error instanceof ForestError && error.code === "forest.model_version_unsupported",
  );
});

test("metadata of any JSON survives, and what JSON cannot hold is refused with its path", () => {
  const forest = smallForest();
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 })), (metadata) => {
      const clean = JSON.parse(JSON.stringify(metadata)) as Record<string, unknown>;
      assert.deepEqual(decodeForest(encodeForest({ ...forest, metadata: clean })).metadata, clean);
    }),
    { seed, numRuns: runCount(50, 5_000) },
  );
  for (const metadata of [{ a: Number.NaN }, { a: [() => 1] }, { a: 1n }])
    assert.throws(
      () => encodeForest({ ...forest, metadata }),
      (error) => error instanceof ForestError && error.code === "forest.metadata_invalid" && /\/a/.test(error.message),
    );
});
