import assert from "node:assert/strict";
import { test } from "node:test";
import { isTime } from "./validation.ts";

test("a time is one that the database takes: a moment that exists, in the years 1 to 9999, with an offset that there is", () => {
  const taken = [
    "2026-01-31T12:00:00Z",
    "2028-02-29T00:00:00Z",
    "2026-01-31T12:00:00.123456789+05:30",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999Z",
  ];
  const refused = [
    "2026-01-31",
    "2026-02-29T00:00:00Z",
    "2026-04-31T00:00:00Z",
    "2026-13-01T00:00:00Z",
    "0000-12-31T23:59:59Z",
    "0001-01-01T00:00:00+01:00",
    "9999-12-31T23:59:59-01:00",
    "2026-01-01T00:00:00+16:00",
    "2026-01-01T00:00:00+23:59",
    "2016-12-31T23:59:60Z",
  ];
  assert.deepEqual(
    taken.map((text) => isTime(text)),
    taken.map(() => true),
  );
  assert.deepEqual(
    refused.filter((text) => isTime(text)),
    [],
  );
});
