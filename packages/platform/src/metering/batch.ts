/**
 * A batch of settled calls as the parameters of one `record_usage` statement, and what is told of calls that are known.
 */
import type { ClientBase } from "pg";
import { bigIntegers, booleans, dates, digests, integers, numerics, texts, timestamps, uuids } from "./binary-array.ts";
import type { CallFacts, MeterOutcome } from "./fact.ts";
import type { AcceptedCall, Settlement } from "./settle.ts";

const parameterCount = 46;
const text = `select * from record_usage(${Array.from({ length: parameterCount }, (_, index) => `$${index + 1}`).join(", ")})`;

export interface BatchResult {
  /** Customers whose state was not the newest: nothing of theirs was written. */
  readonly stale: ReadonlySet<string>;
  /** Calls that are known: nothing of their customers was written. */
  readonly known: readonly CallFacts[];
}

/** Runs the statement: when it returns outside a transaction, everything that it wrote is on disk. */
export async function recordUsage(
  client: ClientBase,
  settlements: readonly Settlement[],
  probes: readonly CallFacts[],
  timeoutMs: number,
): Promise<BatchResult> {
  const values = [...accountParameters(settlements), ...factParameters(settlements), ...probeParameters(probes)];
  const query = { name: "metering.record", text, values, query_timeout: timeoutMs };
  const { rows } = await client.query<{ stale: string[]; known: number[] }>(query);
  const row = rows[0] ?? { stale: [], known: [] };
  return { stale: new Set(row.stale), known: row.known.map((index) => probes[index] as CallFacts) };
}

function accountParameters(settlements: readonly Settlement[]): (Buffer | string)[] {
  const moved = settlements.flatMap(({ customerId, before, moved }) =>
    Array.from(moved, ([plan, counter]) => ({ customerId, organisation: before.organisation, plan, ...counter })),
  );
  return [
    uuids(settlements.map(({ customerId }) => customerId)),
    bigIntegers(settlements.map(({ before }) => before.version)),
    dates(settlements.map(({ after }) => after.quotaMonth)),
    bigIntegers(settlements.map(({ after }) => after.quotaCount)),
    bigIntegers(settlements.map(({ after }) => after.rateFreeAt)),
    numerics(settlements.map(({ after }) => after.balanceNanos)),
    booleans(settlements.map(({ isChanged }) => isChanged)),
    uuids(moved.map(({ customerId }) => customerId)),
    uuids(moved.map(({ organisation }) => organisation)),
    uuids(moved.map(({ plan }) => plan)),
    dates(moved.map(({ day }) => day)),
    bigIntegers(moved.map(({ dayCount }) => dayCount)),
    dates(moved.map(({ month }) => month)),
    bigIntegers(moved.map(({ monthCount }) => monthCount)),
  ];
}

/** One entry a fact; what belongs to the call is repeated. */
function factParameters(settlements: readonly Settlement[]): (Buffer | string)[] {
  const owners: AcceptedCall[] = [];
  const places: number[] = [];
  for (const { accepted } of settlements)
    for (const owner of accepted)
      for (let place = 0; place < owner.call.facts.length; place++) {
        owners.push(owner);
        places.push(place);
      }
  const fact = (owner: AcceptedCall, index: number) => owner.call.facts[places[index] as number] as CallFacts["facts"][number];
  const kept = (owner: AcceptedCall, index: number) => owner.call.decision?.facts[places[index] as number];
  const hasDecisions = owners.some(({ call }) => call.decision !== null);
  const decisions = hasDecisions ? owners : [];
  return [
    uuids(owners.map((owner, index) => fact(owner, index).usageId)),
    uuids(owners.map(({ call }) => call.organisation)),
    uuids(owners.map(({ call }) => call.customerId)),
    uuids(owners.map(({ call }) => call.serviceId)),
    uuids(owners.map(({ call }) => call.keyId)),
    uuids(owners.map(({ call }) => call.planVersionId)),
    texts(owners.map(({ call }) => call.factKey)),
    integers(places),
    digests(owners.map(({ call }) => call.requestDigest)),
    uuids(owners.map((owner, index) => fact(owner, index).decisionId)),
    timestamps(owners.map(({ call }) => call.eventTime)),
    timestamps(owners.map(({ call }) => call.recordedTime)),
    dates(owners.map(({ day }) => day)),
    dates(owners.map(({ month }) => month)),
    bigIntegers(owners.map(({ dayOrdinal }, index) => dayOrdinal + (places[index] as number))),
    bigIntegers(owners.map(({ monthOrdinal }, index) => monthOrdinal + (places[index] as number))),
    numerics(owners.map((owner, index) => fact(owner, index).valueNanos)),
    booleans(owners.map((owner, index) => fact(owner, index).withReasons)),
    numerics(owners.map(({ prices }, index) => prices[places[index] as number] ?? null)),
    texts(owners.map(({ currency }) => currency)),
    booleans(owners.map(({ isPrepaid }) => isPrepaid)),
    bigIntegers(owners.map(({ remaining }) => remaining)),
    uuids(decisions.map(({ call }) => call.decision?.versionId ?? null)),
    uuids(decisions.map(({ call }) => call.decision?.revisionId ?? null)),
    texts(decisions.map((owner, index) => kept(owner, index)?.reference ?? null)),
    texts(decisions.map((owner, index) => kept(owner, index)?.subject ?? null)),
    dates(decisions.map((owner, index) => (owner.call.decision === null ? null : dayOfUuid(fact(owner, index).decisionId)))),
    texts(decisions.map((owner, index) => kept(owner, index)?.input ?? null)),
    texts(decisions.map((owner, index) => kept(owner, index)?.output ?? null)),
  ];
}

function probeParameters(probes: readonly CallFacts[]): Buffer[] {
  return [
    integers(probes.map((_, index) => index)),
    uuids(probes.map(({ customerId }) => customerId)),
    texts(probes.map(({ factKey }) => factKey)),
  ];
}

/** Days since 1970 of the time that a UUIDv7 begins with, in UTC. */
function dayOfUuid(uuid: string): number {
  return Math.floor(Number.parseInt(uuid.slice(0, 8) + uuid.slice(9, 13), 16) / 86_400_000);
}

interface KnownRow {
  customer_id: string;
  fact_key: string;
  request_digest: Buffer;
  decision_id: string;
  amount_nanos: string;
  currency: string | null;
  remaining: bigint | null;
  day_ordinal: bigint;
}

/** What calls were told that are known: their first outcome again, or a conflict when something else was asked. One a call, in order. */
export async function readKnown(client: ClientBase, calls: readonly CallFacts[]): Promise<MeterOutcome[]> {
  const found = await client.query<KnownRow>(
    `select u.customer_id, u.fact_key, u.request_digest, u.decision_id, u.amount_nanos, u.currency, u.remaining, u.day_ordinal
     from unnest($1::uuid[], $2::text[]) k (customer, fact_key) join usage u on u.customer_id = k.customer and u.fact_key = k.fact_key
     order by u.customer_id, u.fact_key, u.fact_index`,
    [calls.map(({ customerId }) => customerId), calls.map(({ factKey }) => factKey)],
  );
  const byCall = Map.groupBy(found.rows, (row) => `${row.customer_id}${row.fact_key}`);
  return calls.map((call): MeterOutcome => {
    const rows = byCall.get(`${call.customerId}${call.factKey}`) ?? [];
    const first = rows[0];
    if (first === undefined) throw new Error("a call that is known has usage");
    if (Buffer.compare(first.request_digest, call.requestDigest) !== 0) return { kind: "conflict" };
    return {
      kind: "repeated",
      prices: rows.map((row) => BigInt(row.amount_nanos)),
      currency: first.currency,
      remaining: first.remaining === null ? null : Number(first.remaining),
      dayOrdinals: rows.map((row) => Number(row.day_ordinal)),
      decisionIds: rows.map((row) => row.decision_id),
    };
  });
}
