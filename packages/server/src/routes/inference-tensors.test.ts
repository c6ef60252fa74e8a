import assert from "node:assert/strict";
import { test } from "node:test";
import { type InferenceTensorShape, MegalithError } from "@megalith/contract";
import { readRecords } from "./inference-tensors.ts";

const columns = [
  { name: "age", kind: "numeric" },
  { name: "purpose", kind: "category" },
  { name: "opened", kind: "date" },
  { name: "foreign", kind: "boolean" },
];

function tensor(name: string, datatype: string, data: unknown[], shape = [data.length]): InferenceTensorShape {
  return { name, datatype, shape, data };
}

function plain(inputs: InferenceTensorShape[]): unknown[] {
  return readRecords({ inputs }, columns).map((record) => ({ ...record }));
}

/** Paths of everything that is wrong. */
function faults(inputs: InferenceTensorShape[]): string[] {
  try {
    readRecords({ inputs }, columns);
  } catch (error) {
    assert.ok(error instanceof MegalithError);
    return error.problems.map((problem) => problem.path);
  }
  return [];
}

test("puts one column of each type into records, null as missing", () => {
  const inputs = [
    tensor("age", "INT64", [41, null]),
    tensor("purpose", "BYTES", ["car", null]),
    tensor("opened", "BYTES", ["2026-01-31", null]),
    tensor("foreign", "BOOL", [true, null]),
  ];
  assert.deepEqual(plain(inputs), [
    { age: 41, purpose: "car", opened: "2026-01-31", foreign: true },
    { age: null, purpose: null, opened: null, foreign: null },
  ]);
});

test("reads a column that is nested as a matrix of one column", () => {
  assert.deepEqual(plain([tensor("age", "FP64", [[1.5], [null], [2]], [3, 1])]), [{ age: 1.5 }, { age: null }, { age: 2 }]);
});

test("takes an FP32 element for the value that a float holds", () => {
  assert.deepEqual(plain([tensor("age", "FP32", [0.1])]), [{ age: Math.fround(0.1) }]);
});

test("holds every integer type to its range, and 64 bits to what a double holds exactly", () => {
  for (const [datatype, low, high] of [
    ["INT8", -128, 127],
    ["UINT8", 0, 255],
    ["INT16", -32_768, 32_767],
    ["UINT16", 0, 65_535],
    ["INT32", -(2 ** 31), 2 ** 31 - 1],
    ["UINT32", 0, 2 ** 32 - 1],
    ["INT64", Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
    ["UINT64", 0, Number.MAX_SAFE_INTEGER],
  ] as const) {
    assert.deepEqual(plain([tensor("age", datatype, [low, high])]), [{ age: low }, { age: high }]);
    assert.deepEqual(faults([tensor("age", datatype, [low - 1, high + 1, 0.5])]), [
      "/inputs/0/data/0",
      "/inputs/0/data/1",
      "/inputs/0/data/2",
    ]);
  }
});

test("refuses an element of another type instead of turning it into one", () => {
  assert.deepEqual(faults([tensor("age", "FP64", ["1", true, [1]])]), ["/inputs/0/data/0", "/inputs/0/data/1", "/inputs/0/data/2"]);
  assert.deepEqual(faults([tensor("foreign", "BOOL", [1, "true"])]), ["/inputs/0/data/0", "/inputs/0/data/1"]);
  assert.deepEqual(faults([tensor("purpose", "BYTES", [7])]), ["/inputs/0/data/0"]);
});

test("refuses a datatype that cannot carry the column", () => {
  assert.deepEqual(faults([tensor("age", "BYTES", ["1"]), tensor("purpose", "INT8", [1]), tensor("foreign", "FP16", [1])]), [
    "/inputs/0/datatype",
    "/inputs/1/datatype",
    "/inputs/2/datatype",
  ]);
});

test("tells every fault of names, shapes and lengths at once", () => {
  const inputs = [
    tensor("age", "FP64", [1, 2]),
    tensor("age", "FP64", [1, 2]),
    tensor("height", "FP64", [1, 2]),
    tensor("purpose", "BYTES", ["a"], [3]),
    tensor("foreign", "BOOL", [true], [2]),
  ];
  assert.deepEqual(faults(inputs).sort(), ["/inputs/1/name", "/inputs/2/name", "/inputs/3/data", "/inputs/3/shape", "/inputs/4/data"]);
});

test("refuses a batch of no rows, of too many, and no input at all", () => {
  assert.deepEqual(faults([]), ["/inputs"]);
  assert.deepEqual(faults([tensor("age", "FP64", [])]), ["/inputs/0/shape"]);
  assert.ok(faults([tensor("age", "FP64", [], [1_000_000_000])]).includes("/inputs/0/shape"));
});

test("refuses binary tensors by name", () => {
  assert.deepEqual(faults([{ ...tensor("age", "FP64", [1]), parameters: { binary_data_size: 8 } }]), [
    "/inputs/0/parameters/binary_data_size",
  ]);
});
