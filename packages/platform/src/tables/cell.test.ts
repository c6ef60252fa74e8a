import assert from "node:assert/strict";
import { test } from "node:test";
import { dateFormat, inferDateFormat, isMissing, isoFormat, parseBoolean, parseNumber, wordMilliseconds } from "./cell.ts";
import { planColumns } from "./plan.ts";

test("a number is read in every usual form, and an identifier is none", () => {
  for (const [cell, value] of [
    ["0", 0],
    ["-0.5", -0.5],
    ["+7", 7],
    [" 12 ", 12],
    ["1e5", 1e5],
    [".5", 0.5],
    ["5.", 5],
    ["123456789012345", 123456789012345],
  ] as const)
    assert.equal(parseNumber(cell, "."), value, cell);
  for (const cell of [
    "",
    "007",
    "00.5",
    "1234567890123456",
    "1_000",
    "1,000",
    "0x1F",
    "inf",
    "NaN",
    "1e999",
    "1 2",
    "--1",
    "1e",
    "٣",
    "１",
  ])
    assert.equal(parseNumber(cell, "."), undefined, cell);
});

test("a decimal comma is read only where it is the mark", () => {
  assert.equal(parseNumber("3,5", ","), 3.5);
  assert.equal(parseNumber("3.5", ","), undefined);
  assert.equal(parseNumber("3,5", "."), undefined);
});

test("a declared number may begin with zeros", () => {
  assert.equal(parseNumber("007", ".", true), 7);
  assert.equal(parseNumber("12345678901234567890", ".", true), 12345678901234567000);
});

test("missing words are missing whatever surrounds them", () => {
  for (const cell of ["", "  ", "NA", " n/a", "NULL", "?", "\\N", "nan"]) assert.ok(isMissing(cell), cell);
  for (const cell of ["0", "nothing", "N", "nano"]) assert.ok(!isMissing(cell), cell);
});

test("yes, no and their like are booleans, other words are not", () => {
  assert.equal(parseBoolean(" Yes "), true);
  assert.equal(parseBoolean("F"), false);
  assert.equal(parseBoolean("maybe"), undefined);
});

test("an ISO time with an offset is the same moment in UTC", () => {
  assert.equal(isoFormat.parse("2024-02-29T23:59:59.123+08:00"), Date.UTC(2024, 1, 29, 15, 59, 59, 123));
  assert.equal(isoFormat.parse("2024-02-29 10:00:00-0530"), Date.UTC(2024, 1, 29, 15, 30));
  assert.equal(wordMilliseconds(isoFormat.parse("0099-01-02") as number), "0099-01-02 00:00:00.000");
});

test("a day that does not exist is no date", () => {
  for (const cell of ["2023-02-29", "2024-13-01", "2024-00-10", "2024-04-31", "0000-01-01", "2024-01-01 24:00:00", "2024-01-01T10:61:00"])
    assert.equal(isoFormat.parse(cell), undefined, cell);
});

test("day and month that could be either are left to a person", () => {
  assert.equal(inferDateFormat(["01/02/2024", "03/04/2024"]), undefined);
  assert.equal(inferDateFormat(["01/02/2024", "13/04/2024"])?.format, "%d/%m/%Y");
  assert.equal(inferDateFormat(["01/02/2024", "03/14/2024"])?.format, "%m/%d/%Y");
  assert.equal(inferDateFormat(["Dec-2015", "Jan-2016"])?.format, "%b-%Y");
  assert.equal(inferDateFormat(["2024年1月31日"])?.format, "%Y年%m月%d日");
});

test("a date format with directives that are not known is refused", () => {
  for (const format of ["%Q", "%d", "%d/%d/%Y", "%", "%Y"]) assert.equal(dateFormat(format), undefined, format);
});

test("a cell costs no more than its length, whatever it nearly is", () => {
  const almost = ["1a".repeat(400_000), `${"1".repeat(800_000)}x`, `1${"-".repeat(800_000)}`, `${" ".repeat(800_000)}1`];
  for (const cell of almost) {
    assert.equal(parseNumber(cell, ".", true), cell.endsWith(" 1") ? 1 : undefined);
    const [plan] = planColumns(["c"], [[cell], [cell], ["text"]], ".", {});
    assert.equal(plan?.kind, cell.endsWith(" 1") ? "numeric" : "category");
  }
});
