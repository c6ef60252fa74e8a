import assert from "node:assert/strict";
import { test } from "node:test";
import { spaceThousands } from "./thousands.ts";

test("thousands are apart, no digit is lost and none is rounded", () => {
  const cases: readonly (readonly [string, number, string])[] = [
    ["0", 0, "0"],
    ["999", 2, "999.00"],
    ["1000", 0, "1,000"],
    ["-1234567.5", 2, "-1,234,567.50"],
    ["-123", 0, "-123"],
    ["152.981000001", 2, "152.981000001"],
    ["12345678901234567890.01", 2, "12,345,678,901,234,567,890.01"],
  ];
  for (const [decimal, digits, shown] of cases) assert.equal(spaceThousands(decimal, digits), shown);
});
