/** What may be said of a decision afterwards: once, as its target can be, of the service that answered, and nothing of it changes. */
import assert from "node:assert/strict";
import type { StartedProduct } from "./start-product.ts";

/** @param id a decision of the service `loans` that has no label yet. */
export async function assertLabelsAreKept(product: StartedProduct, key: string, id: string): Promise<void> {
  const label = { labels: [{ decision: id, value: "bad", time: "2026-11-01T00:00:00Z" }] };
  const labelled = [
    await product.call("POST", "/api/v1/labels", { key, body: label }),
    await product.call("POST", "/api/v1/labels", { key, body: label }),
  ];
  assert.deepEqual(
    labelled.map((reply) => reply.body),
    [
      { recorded: 1, repeated: 0 },
      { recorded: 0, repeated: 1 },
    ],
  );

  const said = { decision: id, time: "2026-11-01T00:00:00Z" };
  const wrong = await product.call("POST", "/api/v1/labels", {
    key,
    body: {
      labels: [
        { ...said, value: "maybe" },
        { ...said, value: true, time: new Date(Date.now() + 600_000).toISOString() },
        { ...said, value: 1, service: "loans", reference: "another's" },
        { ...said, value: 0, decision: `dec_${"f".repeat(32)}` },
      ],
    },
  });
  const told = (wrong.body as { error: { code: string; problems: { path: string; code: string; expected: string }[] } }).error;
  assert.deepEqual(
    [wrong.status, told.code, ...told.problems.map((problem) => `${problem.path} ${problem.code}`)],
    [400, "serving.label_invalid", "/labels/0/value value", "/labels/1/time future", "/labels/2/reference other", "/labels/3 unmatched"],
  );
  assert.equal(told.problems[0]?.expected, "one of good, bad, 0, 1, false, true");
  const yes = await product.call("POST", "/api/v1/labels", { key, body: { labels: [{ ...said, service: "loans", value: true }] } });
  assert.deepEqual(yes.body, { recorded: 1, repeated: 0 });
  assert.equal((await product.call("GET", `/api/v1/decisions/dec_${"f".repeat(32)}`, { key })).status, 404, "an id of the far future");
  const kept = (await product.call("GET", `/api/v1/decisions/${id}`, { key })).body as { labels: { value: unknown }[] };
  assert.deepEqual(
    kept.labels.map(({ value }) => value),
    ["bad", true],
  );
}
