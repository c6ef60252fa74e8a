/**
 * A batch of settled calls as the parameters of one `record_usage` statement, and what is told of calls that are known.
 */
import type { ClientBase } from "pg";
import { BindMessage } from "./bind-message.ts";
import type { CallFacts, Fact, KeptDecision, MeterOutcome } from "./fact.ts";
import { writeCounters } from "./meter-state.ts";
import { callPrepared } from "./prepared-call.ts";
import type { AcceptedCall, Settlement } from "./settle.ts";

const parameterCount = 40;
const name = "metering.record";
const text = `select * from record_usage(${Array.from({ length: parameterCount }, (_, index) => `$${index + 1}`).join(", ")})`;

/** One a connection, so that a message which may still be on its way is never written over. */
const messages = new WeakMap<ClientBase, BindMessage>();

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
  const message = messages.get(client) ?? new BindMessage();
  messages.set(client, message);
  message.begin(name, parameterCount);
  bindAccounts(message, settlements);
  bindFacts(message, settlements);
  bindProbes(message, probes);
  const [row] = await callPrepared(client, { name, text, message: message.end(), timeoutMs });
  const [stale = "{}", known = "{}"] = row ?? [];
  return { stale: new Set(elements(stale)), known: elements(known).map((index) => probes[Number(index)] as CallFacts) };
}

/** Of an array of uuids or integers in text form. */
function elements(literal: string | null): string[] {
  return literal === null || literal === "{}" ? [] : literal.slice(1, -1).split(",");
}

function bindAccounts(message: BindMessage, settlements: readonly Settlement[]): void {
  message.uuids(settlements, ({ customerId }) => customerId);
  message.bigIntegers(settlements, ({ before }) => before.version);
  message.booleans(settlements, ({ isChanged }) => isChanged);
  message.dates(settlements, ({ after }) => after.quotaMonth);
  message.bigIntegers(settlements, ({ after }) => after.quotaCount);
  message.bigIntegers(settlements, ({ after }) => after.rateFreeAt);
  message.numerics(settlements, ({ after }) => after.balanceNanos);
  message.texts(settlements, ({ after }) => writeCounters(after.counters));
}

/** A fact with the call that it belongs to. */
interface OwnedFact {
  readonly owner: AcceptedCall;
  readonly place: number;
}

/** One entry a fact; what belongs to the call is repeated. */
function bindFacts(message: BindMessage, settlements: readonly Settlement[]): void {
  const facts: OwnedFact[] = [];
  for (const { accepted } of settlements)
    for (const owner of accepted) for (let place = 0; place < owner.call.facts.length; place++) facts.push({ owner, place });
  message.uuids(facts, (fact) => factOf(fact).usageId);
  message.uuids(facts, ({ owner }) => owner.call.organisation);
  message.uuids(facts, ({ owner }) => owner.call.customerId);
  message.uuids(facts, ({ owner }) => owner.call.serviceId);
  message.uuids(facts, ({ owner }) => owner.call.keyId);
  message.uuids(facts, ({ owner }) => owner.call.planVersionId);
  message.texts(facts, ({ owner }) => owner.call.factKey);
  message.integers(facts, ({ place }) => place);
  message.digests(facts, ({ owner }) => owner.call.requestDigest);
  message.uuids(facts, (fact) => factOf(fact).decisionId);
  message.timestamps(facts, ({ owner }) => owner.call.eventTime);
  message.timestamps(facts, ({ owner }) => owner.call.recordedTime);
  message.dates(facts, ({ owner }) => owner.day);
  message.dates(facts, ({ owner }) => owner.month);
  message.bigIntegers(facts, ({ owner, place }) => owner.dayOrdinal + place);
  message.bigIntegers(facts, ({ owner, place }) => owner.monthOrdinal + place);
  message.numerics(facts, (fact) => factOf(fact).valueNanos);
  message.booleans(facts, (fact) => factOf(fact).withReasons);
  message.numerics(facts, ({ owner, place }) => owner.prices[place] ?? null);
  message.texts(facts, ({ owner }) => owner.currency);
  message.booleans(facts, ({ owner }) => owner.isPrepaid);
  message.bigIntegers(facts, ({ owner }) => owner.remaining);
  bindDecisions(message, facts.some(({ owner }) => owner.call.decision !== null) ? facts : []);
}

function bindDecisions(message: BindMessage, facts: readonly OwnedFact[]): void {
  message.uuids(facts, ({ owner }) => owner.call.decision?.versionId ?? null);
  message.uuids(facts, ({ owner }) => owner.call.decision?.revisionId ?? null);
  message.texts(facts, (fact) => keptOf(fact)?.reference ?? null);
  message.texts(facts, (fact) => keptOf(fact)?.subject ?? null);
  message.dates(facts, (fact) => (fact.owner.call.decision === null ? null : dayOfUuid(factOf(fact).decisionId)));
  message.texts(facts, (fact) => keptOf(fact)?.input ?? null);
  message.texts(facts, (fact) => keptOf(fact)?.output ?? null);
}

function factOf({ owner, place }: OwnedFact): Fact {
  return owner.call.facts[place] as Fact;
}

function keptOf({ owner, place }: OwnedFact): KeptDecision["facts"][number] | undefined {
  return owner.call.decision?.facts[place];
}

function bindProbes(message: BindMessage, probes: readonly CallFacts[]): void {
  message.integers(probes, (_, index) => index);
  message.uuids(probes, ({ customerId }) => customerId);
  message.texts(probes, ({ factKey }) => factKey);
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
