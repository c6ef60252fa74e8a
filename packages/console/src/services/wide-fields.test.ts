import assert from "node:assert/strict";
import { test } from "node:test";
import type { InputColumnShape } from "@megalith/contract";
import { wideFields } from "./wide-fields.ts";

const short = (name: string): InputColumnShape => ({ name, kind: "numeric", required: false, example: 1 });
const long = (name: string): InputColumnShape => ({
  name,
  kind: "category",
  required: false,
  categories: ["none", "existing credits paid back duly till now"],
  example: "none",
});

test("a long choice has a row of its own, and no field stands beside an empty half", () => {
  const columns = [short("a"), long("b"), short("c"), short("d"), long("e"), short("f"), short("g"), short("h")];
  assert.deepEqual([...wideFields(columns)].sort(), ["a", "b", "e", "h"]);
  assert.deepEqual([...wideFields([short("a"), short("b")])], []);
});
