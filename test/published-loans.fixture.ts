/** A product without its demo gets what a buyer needs, over HTTP: the loans learned, a priced service of them, a customer and its key. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { StartedProduct } from "./start-product.ts";

export const loans = fileURLToPath(new URL("../examples/german-credit/german-credit.csv.gz", import.meta.url));

/** Calls as the owner and expects success. */
export type Owner = <T>(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>) => Promise<T>;

export function ownerOf(product: StartedProduct): Owner {
  return async <T>(method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}) => {
    const reply = await product.call(method, path, { key: product.adminKey, body, headers });
    assert.ok(reply.status < 300, `${method} ${path}: ${reply.status} ${reply.text}`);
    return reply.body as T;
  };
}

/** @returns the customer's key and id, and a record that the service `loans` answers. */
export async function publishLoans(owner: Owner): Promise<{ key: string; customerId: string; record: Record<string, unknown> }> {
  await owner("POST", "/api/v1/tables?name=loans", new Uint8Array(await readFile(loans)), { "content-type": "text/csv" });
  let job = await owner<{ id: string; state: string; error: unknown }>("POST", "/api/v1/models/loans/trainings", {
    table: "loans",
    target: "creditability",
    folds: 2,
    parameters: { rounds: 40 },
  });
  while (job.state === "queued" || job.state === "running") {
    await setTimeout(100);
    job = await owner("GET", `/api/v1/jobs/${job.id}`);
  }
  assert.equal(job.state, "done", JSON.stringify(job.error));
  const prices = {
    tiers: [
      { upTo: 3, priceNanos: "20000000" },
      { upTo: null, priceNanos: "10000000" },
    ],
    valueShare: null,
    reasonsSurchargeNanos: "5000000",
    monthlyFeeNanos: "0",
    includedUnits: 0,
  };
  await owner("POST", "/api/v1/plans", { name: "basic", currency: "EUR", timeZone: "Europe/Berlin", prices });
  await owner("POST", "/api/v1/services", { name: "loans", model: "loans", plan: "basic", explanation: { kind: "top", count: 3 } });
  const customer = await owner<{ id: string }>("POST", "/api/v1/customers", { name: "bank", title: "测试公司" });
  const scopes = ["decide", "read", "label", "erase"];
  const { secret } = await owner<{ secret: string }>("POST", `/api/v1/customers/${customer.id}/keys`, { name: "first", scopes });
  const { columns } = await owner<{ columns: { name: string; example: unknown }[] }>("GET", "/api/v1/services/loans/schema");
  return { key: secret, customerId: customer.id, record: Object.fromEntries(columns.map((column) => [column.name, column.example])) };
}
