import assert from "node:assert/strict";
import { test } from "node:test";
import { exampleForm, recordOf } from "./record.ts";

const column = (name: string, kind: "numeric" | "boolean" | "category" | "date", example: string | number | boolean | null) => ({
  name,
  kind,
  example,
  required: false,
});
const columns = [
  column("age", "numeric", 35),
  column("owner", "boolean", true),
  column("job", "category", "clerk"),
  column("since", "date", null),
];

test("example values go out again as the kinds they came in", () => {
  assert.deepEqual(recordOf(columns, exampleForm(columns)), { age: 35, owner: true, job: "clerk", since: null });
});

test("an empty field is a missing value, and a text in a number's place is sent as it stands", () => {
  assert.deepEqual(recordOf(columns, { age: "old", owner: "", job: " ", since: "2026-01-01" }), {
    age: "old",
    owner: null,
    job: null,
    since: "2026-01-01",
  });
});
