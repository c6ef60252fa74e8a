import assert from "node:assert/strict";
import { test } from "node:test";
import { nearName, unknownName, wordProblem } from "./index.ts";

const columns = ["purpose", "credit_amount", "age_in_years", "age_of_account", "c1", "c2", "housing"];

test("the one near name is found: other case or marks, a few letters, the rest left out", () => {
  const found = { purpos: "purpose", prupose: "purpose", "Credit Amount": "credit_amount", creditAmnt: "credit_amount", hous: "housing" };
  for (const [asked, near] of Object.entries(found)) assert.equal(nearName(asked, columns), near, asked);
});

test("two names that are equally near, a name that is far from all, and a very long one have no near name", () => {
  for (const asked of ["c3", "age", "zzz", "", "amount", "a".repeat(10_000)]) assert.equal(nearName(asked, columns), undefined, asked);
});

test("an unknown name asks for the near one before a list that is cut short, in the reader's language", () => {
  const many = Array.from({ length: 20 }, (_, index) => `column_${index}`);
  const told = unknownName("/record/purpos", "unknown", "modelNoColumn", "purpos", ["purpose", ...many], 0);
  assert.equal(told.message, 'The model has no column purpos. Did you mean "purpose"?');
  assert.equal(told.expected, "one of purpose, column_0, column_1, column_2, column_3, column_4, column_5, column_6 and 13 more");
  const chinese = wordProblem("zh-CN", told);
  assert.equal(chinese.message, "模型没有列 purpos。您是否想写“purpose”？");
  assert.match(chinese.expected ?? "", /^以下之一：purpose, .*，另有 13 个$/);
  const later = unknownName("/record/purpos", "unknown", "modelNoColumn", "purpos", ["purpose", ...many], 20);
  assert.equal(later.message, "The model has no column purpos.");
  assert.equal(later.expected, told.expected);
  // A hostile call of many unknown names on thousands of columns costs a bounded number of comparisons.
  const thousands = Array.from({ length: 5000 }, (_, index) => `column_number_${index}`);
  const of = (place: number) => unknownName("/record/x", "unknown", "modelNoColumn", "colum_number_4999x", thousands, place).message;
  assert.match(of(3), /Did you mean "column_number_4999"/);
  assert.doesNotMatch(of(4), /Did you mean/);
});
