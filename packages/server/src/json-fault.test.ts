import assert from "node:assert/strict";
import { test } from "node:test";
import { jsonError } from "./json-fault.ts";

function told(text: string) {
  try {
    JSON.parse(text);
  } catch (error) {
    const { code, values, problems } = jsonError(text, error);
    return { code, reason: values.reason, message: problems[0]?.message, expected: problems[0]?.expected };
  }
  assert.fail(`${text} is JSON`);
}

test("a body that is no JSON is told the line, the column, what stands there and what would be right", () => {
  assert.deepEqual(told('{"record":\n {"a": NaN}}'), {
    code: "request.malformed",
    reason: "the body is not JSON at line 2, column 8 (position 18)",
    message: 'Line 2, column 8 holds the text "NaN}}".',
    expected: "text in double quotes, a number, true, false, null, a list [ … ] or an object { … }",
  });
  assert.equal(told('{"a":1,}').expected, "a name in double quotes");
  assert.equal(told('{"a":1').message, "Line 1, column 7 holds the end of the body.");
  assert.equal(told('{"a" 1}').expected, "a colon after the name");
});

test("a long or deep body is not read a second time, and still answered", () => {
  const long = `[${"1,".repeat(100_000)}`;
  assert.equal(told(long).reason, "the body is not JSON");
  assert.equal(told(`${long}]}`).code, "request.malformed");
  assert.equal(told("[".repeat(60_000)).code, "request.malformed");
});
