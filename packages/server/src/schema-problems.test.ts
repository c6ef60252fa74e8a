import assert from "node:assert/strict";
import { test } from "node:test";
import { accountsRoutes, billingRoutes, MegalithError, type RouteSpec, servingRoutes, tablesRoutes } from "@megalith/contract";
import { validatorOf } from "./validation.ts";

interface Parts {
  readonly params?: object;
  readonly query?: object;
  readonly body?: unknown;
  readonly headers?: object;
}

/** What is told of a request's parts: path, code, message, what would be right. */
function told(spec: RouteSpec, parts: Parts): (string | undefined)[][] {
  try {
    validatorOf(spec)({ params: {}, query: {}, body: {}, headers: {}, ...parts });
  } catch (error) {
    assert.ok(error instanceof MegalithError);
    return error.problems.map(({ path, code, message, expected }) => [path, code, message, expected]);
  }
  return [];
}

const service = { service: "credit-risk" };

test("fields of a record beside record are one problem, which shows the shape with the names that were sent", () => {
  const fields = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`field_${index}`, index]));
  assert.deepEqual(told(servingRoutes.decide, { params: service, body: { ...fields, reference: "r-1" } }), [
    ["/", "unknown", "A record's fields go inside record, not beside it.", '{"record": {"field_0": …, "field_1": …, …}}'],
  ]);
});

test("a list for one record, one record for a list, and a bare list are each one problem that shows the shape", () => {
  const many = '{"records": [{…}, …]}';
  const of = (body: unknown) => told(servingRoutes.decide, { params: service, body });
  assert.deepEqual(of({ record: [{ a: 1 }, { a: [1] }] }), [["/record", "type", "record is a list.", many]]);
  assert.deepEqual(of({ records: { a: 1 } }), [["/records", "type", "records is an object.", `{"record": {…}}, ${many}`]]);
  assert.deepEqual(of([{ a: 1 }]), [["/", "type", "The body is a list.", many]]);
  assert.deepEqual(of({ records: "x" }), [["/records", "type", 'records is the text "x".', "a list: [ … ]"]]);
  assert.deepEqual(told(billingRoutes.createPlan, { body: [] }), [["/", "type", "The body is a list.", "an object: { … }"]]);
});

test("a misspelt field asks for the one that was meant, also where it holds the record", () => {
  const [problem] = told(servingRoutes.decide, { params: service, body: { recrod: { a: 1 } } });
  assert.equal(problem?.[2], 'recrod is not known here. Did you mean "record"?');
  assert.deepEqual(told(tablesRoutes.listTables, { query: { limt: "3" } }), [
    ["/query/limt", "unknown", 'limt is not known here. Did you mean "limit"?', "one of after, limit"],
  ]);
});

test("an empty body names the fields that are needed, in one problem", () => {
  assert.deepEqual(told(billingRoutes.createPlan, {}), [
    ["/", "required", "The body is empty.", "a JSON object with name, currency, timeZone, prices"],
  ]);
});

test("a choice that nothing fits is one problem: the values there are and the near one, or the types", () => {
  assert.deepEqual(told(accountsRoutes.inviteMember, { body: { role: "ownr" } }), [
    ["/role", "enum", 'role is the text "ownr". Did you mean "owner"?', '"viewer", "analyst", "engineer" or "owner"'],
  ]);
  const body = { name: "p", currency: "EUR", timeZone: "UTC", prices: { tiers: [{ upTo: "x", priceNanos: "1" }], valueShare: {} } };
  const problems = told(billingRoutes.createPlan, { body });
  assert.deepEqual(
    problems.find(([path]) => path === "/prices/tiers/0/upTo"),
    ["/prices/tiers/0/upTo", "type", 'prices.tiers[0].upTo is the text "x".', "a whole number or null"],
  );
  // Of a choice between an object and null, an object is judged as one.
  assert.deepEqual(
    problems.filter(([path]) => path?.startsWith("/prices/valueShare")).map(([path, code]) => [path, code]),
    ["hundredthsOfBasisPoint", "floorNanos", "capNanos"].map((name) => [`/prices/valueShare/${name}`, "required"]),
  );
});

test("a text of a wrong form is told the form in words", () => {
  assert.deepEqual(told(billingRoutes.previewInvoice, { query: { month: "May" } }), [
    ["/query/month", "pattern", 'month is the text "May".', "a month as YYYY-MM"],
  ]);
});

test("a part of the path of a wrong form is not found, named by its kind with the form that is right", () => {
  assert.throws(
    () => validatorOf(accountsRoutes.readCustomer)({ params: { customer: "cus_1" }, query: {}, body: {}, headers: {} }),
    (error: MegalithError) => {
      assert.deepEqual(
        [error.code, error.message, error.inWords("zh-CN")],
        ["request.not_found", "There is no such customer here.", "这里没有此客户。"],
      );
      assert.equal(error.problems[0]?.expected, "cus_ and 32 characters of 0-9 and a-f");
      return true;
    },
  );
});

test("a hundred thousand faults are counted, and a hundred are told", () => {
  const labels = Array.from({ length: 50_000 }, () => ({ value: null, time: "never" }));
  assert.throws(
    () => validatorOf(servingRoutes.recordLabels)({ params: {}, query: {}, body: { labels }, headers: {} }),
    (error: MegalithError) => error.problems.length === 100 && error.values.count === 100_001,
  );
});
