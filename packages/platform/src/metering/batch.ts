/**
 * A batch of calls as the parameters of one `meter_batch` statement, and its rows as outcomes.
 *
 * Columns travel as array literals: cheaper to build than JSON objects and typed by the statement.
 */
import type { PoolClient } from "pg";
import type { CallFacts, MeterOutcome } from "./fact.ts";

interface BatchRow {
  call_index: number;
  kind: MeterOutcome["kind"];
  prices: string | null;
  money: string | null;
  quota_left: bigint | string | null;
  ordinals: string | null;
  decisions: string | null;
  limit_value: bigint | string | null;
  retry_seconds: number | null;
}

const text = "select * from meter_batch($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)";

/** Runs the statement: when it returns, everything it accepted is on disk. One outcome a call, in order. */
export async function runBatch(client: PoolClient, calls: readonly CallFacts[], timeoutMs: number): Promise<MeterOutcome[]> {
  const query = { name: "metering.batch", text, values: parameters(calls), query_timeout: timeoutMs };
  const { rows } = await client.query<BatchRow>(query);
  const outcomes = new Array<MeterOutcome>(calls.length);
  for (const row of rows) outcomes[row.call_index - 1] = toOutcome(row);
  return outcomes;
}

function parameters(calls: readonly CallFacts[]): (string | null)[] {
  const facts = calls.flatMap((call) => call.facts);
  const firstFacts: number[] = [];
  const owners: number[] = [];
  calls.forEach((call, index) => {
    firstFacts.push(owners.length + 1);
    for (let count = call.facts.length; count > 0; count--) owners.push(index + 1);
  });
  const companions = calls.flatMap((call) => call.decisionRows);
  return [
    array(calls, (call) => call.organisation),
    array(calls, (call) => call.customerId),
    array(calls, (call) => call.serviceId),
    array(calls, (call) => call.keyId ?? "NULL"),
    array(calls, (call) => call.planVersionId ?? "NULL"),
    array(calls, (call) => quote(call.factKey)),
    array(
      calls,
      (call) =>
        `"\\\\x${Buffer.from(call.requestDigest.buffer, call.requestDigest.byteOffset, call.requestDigest.byteLength).toString("hex")}"`,
    ),
    array(calls, (call) => call.eventTime.toISOString()),
    array(calls, (call) => call.recordedTime.toISOString()),
    array(firstFacts, String),
    array(calls, (call) => String(call.facts.length)),
    array(owners, String),
    array(facts, (fact) => fact.usageId),
    array(facts, (fact) => fact.decisionId),
    array(facts, (fact) => (fact.valueNanos === null ? "NULL" : fact.valueNanos.toString())),
    array(facts, (fact) => (fact.withReasons ? "t" : "f")),
    companions.length === 0 ? null : JSON.stringify(companions),
  ];
}

function array<T>(values: readonly T[], literal: (value: T) => string): string {
  let result = "{";
  for (let index = 0; index < values.length; index++)
    result += index === 0 ? literal(values[index] as T) : `,${literal(values[index] as T)}`;
  return `${result}}`;
}

function quote(value: string): string {
  return `"${value.replace(/["\\]/g, "\\$&")}"`;
}

function toOutcome(row: BatchRow): MeterOutcome {
  switch (row.kind) {
    case "recorded":
    case "repeated": {
      const values = {
        prices: (row.prices ?? "").split(",").map(BigInt),
        currency: row.money,
        remaining: row.quota_left === null ? null : Number(row.quota_left),
        dayOrdinals: (row.ordinals ?? "").split(",").map(Number),
      };
      return row.kind === "recorded"
        ? { kind: "recorded", ...values }
        : { kind: "repeated", ...values, decisionIds: (row.decisions ?? "").split(",") };
    }
    case "conflict":
      return { kind: "conflict" };
    case "quota_exceeded":
      return { kind: "quota_exceeded", quota: Number(row.limit_value), remaining: Number(row.quota_left) };
    case "balance_exhausted":
      return { kind: "balance_exhausted" };
    case "rate_limited":
      return { kind: "rate_limited", rate: Number(row.limit_value), retryAfterSeconds: row.retry_seconds ?? 1 };
  }
}
