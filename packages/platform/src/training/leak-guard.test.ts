import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { runCount } from "../../../../test/counts.ts";
import type { TableColumn, TableContent } from "../tables/index.ts";
import { type Leak, trainModel } from "./index.ts";
import { findLeaks } from "./leak-guard.ts";
import { afterTheFact, intrusions, loanBook } from "./loan-book.fixture.ts";
import { readTarget } from "./task.ts";

const seed = 7;

function leaksOf(
  table: TableContent,
  name: string,
  options: { keep?: string[]; known?: Record<string, "before" | "after" | null> } = {},
): Leak[] {
  const column = table.columns.find((candidate) => candidate.name === name) as TableColumn;
  const others = table.columns.filter((candidate) => candidate !== column);
  return findLeaks(others, readTarget(column), { seed, keep: new Set(options.keep), known: options.known ?? {} });
}

function leftOut(leaks: readonly Leak[]): string[] {
  return leaks.filter(({ verdict }) => verdict === "left_out").map(({ column }) => column);
}

test("a loan book of 150 columns loses its identifier and its after-the-fact columns and no honest one", () => {
  const found = leftOut(leaksOf(loanBook(3000, 11), "defaulted"));
  assert.deepEqual(new Set(found), new Set(["loan_id", ...afterTheFact]));
});

test("without its after-the-fact columns the loan book is learned below an AUC of .95, with them far above", async () => {
  const table = loanBook(1500, 5);
  const parameters = { rounds: 60, leaves: 8, rate: 0.1 };
  const honest = await trainModel(table, { target: "defaulted", folds: 2, parameters });
  const auc = honest.card.metrics.auc?.value ?? 0;
  assert.ok(auc > 0.6 && auc < 0.95, `AUC ${auc}`);
  const all = await trainModel(table, { target: "defaulted", folds: 2, parameters, keep: [...afterTheFact] });
  assert.ok((all.card.metrics.auc?.value ?? 0) > 0.97);
});

test("a merely strong column is reported and kept", () => {
  const leaks = leaksOf(intrusions(4000, 3), "attack");
  const strong = leaks.find(({ column }) => column === "src_bytes");
  assert.equal(strong?.verdict, "kept");
  assert.equal(strong?.reason, "strong");
  assert.ok(Number(strong?.evidence.auc) > 0.95 && Number(strong?.evidence.auc) < 0.995);
  assert.deepEqual(leftOut(leaks), []);
});

test("of many classes, a column that tells one rare class apart is kept", () => {
  const values = Float64Array.from({ length: 2000 }, (_, row) => (row % 100 === 0 ? 2 : (row * 7919) % 2));
  const target: TableColumn = { name: "kind", kind: "category", categories: ["a", "b", "rare"], values };
  const mark: TableColumn = { name: "mark", kind: "numeric", values: values.map((value) => Number(value === 2)) };
  assert.deepEqual(leftOut(findLeaks([mark], readTarget(target), { seed, keep: new Set(), known: {} })), []);
});

test("an answer that is zero but for a rare outcome is found, however rare", () => {
  const rows = 20_000;
  const scenario = Float64Array.from({ length: rows }, (_, row) => (row % 125 === 3 ? 1 + (row % 3) : 0));
  const target: TableColumn = { name: "fraud", kind: "numeric", values: scenario.map((value) => Number(value > 0)) };
  const amount: TableColumn = {
    name: "amount",
    kind: "numeric",
    values: scenario.map((_, row) => (Math.imul(row + 1, 2_654_435_761) >>> 12) % 1000),
  };
  const leaks = findLeaks([{ name: "SCENARIO", kind: "numeric", values: scenario }, amount], readTarget(target), {
    seed,
    keep: new Set(),
    known: {},
  });
  assert.deepEqual(
    leaks.map(({ column, verdict, reason }) => [column, verdict, reason]),
    [["SCENARIO", "left_out", "near_perfect"]],
  );
});

/** What was paid tells nothing alone: it varies with the loan. Beside the loan it tells all. */
function paidBesideLent(honestly: boolean): { columns: TableColumn[]; target: TableColumn } {
  let state = 5;
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
  const rows = 4000;
  const lent = Float64Array.from({ length: rows }, () => Math.exp(6 + 5 * random()));
  const bad = Float64Array.from({ length: rows }, () => Number(random() < 0.3));
  const paid = lent.map((value, row) => value * (bad[row] === 1 && !honestly ? 0.7 + 0.2 * random() : 1 + 0.2 * random()));
  return {
    columns: [
      { name: "lent", kind: "numeric", values: lent },
      { name: "amount_paid", kind: "numeric", values: paid },
    ],
    target: { name: "bad", kind: "numeric", values: bad },
  };
}

test("a suspect by name is left out when it knows the answer beside another column only, and stays when it does not", () => {
  const leaking = paidBesideLent(false);
  const [leak, ...rest] = findLeaks(leaking.columns, readTarget(leaking.target), { seed, keep: new Set(), known: {} });
  assert.deepEqual([leak?.column, leak?.verdict, leak?.reason, rest], ["amount_paid", "left_out", "after_by_name", []]);
  assert.ok(Number(leak?.evidence.auc) < 0.62, "weak alone");
  assert.ok(Number(leak?.evidence.jump) > 0.08, "strong beside the loan");
  const known = findLeaks(leaking.columns, readTarget(leaking.target), { seed, keep: new Set(), known: { amount_paid: "before" } });
  assert.deepEqual(known, []);
  const honest = paidBesideLent(true);
  assert.deepEqual(findLeaks(honest.columns, readTarget(honest.target), { seed, keep: new Set(), known: {} }), []);
});

test("a payment method is no payment received", () => {
  const values = Float64Array.from({ length: 1000 }, (_, row) => row % 4);
  const target: TableColumn = { name: "y", kind: "numeric", values: values.map((value, row) => Number(value === 3 || row % 7 === 0)) };
  const method: TableColumn = { name: "PaymentMethod", kind: "category", categories: ["a", "b", "c", "d"], values };
  assert.deepEqual(leftOut(findLeaks([method], readTarget(target), { seed, keep: new Set(), known: {} })), []);
});

test("what a person keeps is reported and kept, whatever was found", () => {
  const leaks = leaksOf(loanBook(1000, 2), "defaulted", { keep: ["recoveries"] });
  assert.equal(leaks.find(({ column }) => column === "recoveries")?.verdict, "kept");
});

test("a column declared as known only after the outcome is left out, however weak", () => {
  const leaks = leaksOf(loanBook(1000, 2), "defaulted", { known: { bureau_77: "after" } });
  assert.equal(leaks.find(({ column }) => column === "bureau_77")?.reason, "declared_after");
});

test("a column declared as known before the decision is not suspected for its name", () => {
  const leaks = leaksOf(loanBook(1000, 2), "defaulted", { known: { hardship_length: "before" } });
  assert.equal(leftOut(leaks).includes("hardship_length"), false);
});

test("a copy of the target under any coding is left out", () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { minLength: 40, maxLength: 80 }), fc.integer({ min: -50, max: 50 }), (flags, base) => {
      fc.pre(flags.includes(true) && flags.includes(false));
      const target: TableColumn = { name: "y", kind: "boolean", values: Float64Array.from(flags, Number) };
      const copy: TableColumn = { name: "code", kind: "category", categories: ["N", "Y"], values: target.values.map((value) => 1 - value) };
      const scaled: TableColumn = { name: "scaled", kind: "numeric", values: target.values.map((value) => base + value * 3) };
      const leaks = findLeaks([copy, scaled], readTarget(target), { seed, keep: new Set(), known: {} });
      assert.deepEqual(
        leaks.map(({ reason }) => reason),
        ["copy_of_target", "copy_of_target"],
      );
    }),
    { numRuns: runCount(30, 500), seed },
  );
});

test("a text that differs in every row does not look strong, and is left out as an identifier", () => {
  const rows = 400;
  const values = Float64Array.from({ length: rows }, (_, row) => row);
  const target: TableColumn = { name: "y", kind: "numeric", values: values.map((row) => ((row * 7919) % 3 === 0 ? 1 : 0)) };
  const token: TableColumn = { name: "token", kind: "category", categories: Array.from(values, (row) => `t${row}`), values };
  const [leak] = findLeaks([token], readTarget(target), { seed, keep: new Set(), known: {} });
  assert.equal(leak?.reason, "identifier");
});
