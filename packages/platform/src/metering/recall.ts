/** Facts that were recorded before: found by their keys, and told again as they were told the first time. */
import type { ClientBase, Pool } from "pg";
import type { UsageProbe } from "./batch.ts";
import type { CallFacts, FactIdentity, MeterOutcome, RecordedFact } from "./fact.ts";

/** A fact as the ledger has it. */
interface KnownFact extends RecordedFact {
  readonly digest: Uint8Array;
  readonly recordedAt: number;
  readonly remaining: number | null;
}

/** Facts by `nameOf`. */
export type KnownFacts = ReadonlyMap<string, KnownFact>;

interface KnownRow {
  customer_id: string;
  fact_key: string;
  fact_index: number;
  request_digest: Buffer;
  decision_id: string;
  amount_nanos: string;
  currency: string | null;
  remaining: bigint | null;
  day_ordinal: bigint;
  recorded_at: Date;
}

/** Every fact of the keys. Costs a search a key. */
export async function readKnown(client: ClientBase | Pool, probes: readonly UsageProbe[]): Promise<KnownFacts> {
  const found = await client.query<KnownRow>(
    `select u.customer_id, u.fact_key, u.fact_index, u.request_digest, u.decision_id, u.amount_nanos, u.currency, u.remaining, u.day_ordinal, u.recorded_at
     from unnest($1::uuid[], $2::text[]) k (customer, fact_key) join usage u on u.customer_id = k.customer and u.fact_key = k.fact_key`,
    [probes.map(({ customerId }) => customerId), probes.map(({ key }) => key)],
  );
  return new Map(
    found.rows.map((row) => [
      nameOf(row.customer_id, { key: row.fact_key, place: row.fact_index }),
      {
        digest: row.request_digest,
        decisionId: row.decision_id,
        nanos: BigInt(row.amount_nanos),
        currency: row.currency,
        dayOrdinal: Number(row.day_ordinal),
        remaining: row.remaining === null ? null : Number(row.remaining),
        recordedAt: row.recorded_at.getTime(),
      },
    ]),
  );
}

/** The keys of facts, each once. */
export function probesOf(customerId: string, facts: readonly FactIdentity[]): UsageProbe[] {
  return facts.filter(({ place }) => place === 0).map(({ key }) => ({ customerId, key }));
}

/**
 * @returns what to tell when every fact is known, or one of them was asked something else; undefined when some are left to record.
 */
export function recall(customerId: string, facts: readonly FactIdentity[], known: KnownFacts): MeterOutcome | undefined {
  const found = facts.map((fact) => known.get(nameOf(customerId, fact)));
  const strange = found.flatMap((one, index) => (one === undefined || isSame(one.digest, facts[index]) ? [] : [index]));
  if (strange.length > 0) return { kind: "conflict", facts: strange };
  const all = found.filter((one) => one !== undefined);
  if (all.length < facts.length) return undefined;
  return { kind: "repeated", facts: all.map(tell), remaining: remainingOf(all) };
}

/** Under what the answers of those facts of a call that are known were stored. */
export function decisionsOf({ customerId, facts }: CallFacts, known: KnownFacts): readonly string[] {
  return facts.flatMap((fact) => known.get(nameOf(customerId, fact))?.decisionId ?? []);
}

/** The call without the facts that are known. */
export function withoutKnown(call: CallFacts, known: KnownFacts): CallFacts {
  const isLeft = (index: number) => !known.has(nameOf(call.customerId, call.facts[index] as FactIdentity));
  const { facts, decision } = call;
  return {
    ...call,
    facts: facts.filter((_, index) => isLeft(index)),
    decision: decision === null ? null : { ...decision, facts: decision.facts.filter((_, index) => isLeft(index)) },
  };
}

/** What was told of the facts of a call that were left, joined with those that were known, in the call's order. */
export function joinKnown(asked: CallFacts, left: CallFacts, known: KnownFacts, outcome: MeterOutcome): MeterOutcome {
  if (outcome.kind !== "recorded") return outcome;
  const { prices, currency, remaining, dayOrdinals } = outcome;
  let next = 0;
  const facts = asked.facts.map((fact): RecordedFact => {
    const before = known.get(nameOf(asked.customerId, fact));
    if (before !== undefined) return tell(before);
    const index = next++;
    const decisionId = left.facts[index]?.decisionId ?? "";
    return { decisionId, nanos: prices[index] ?? 0n, currency, dayOrdinal: dayOrdinals[index] ?? 0 };
  });
  return { kind: "repeated", facts, remaining };
}

function nameOf(customerId: string, { key, place }: Pick<FactIdentity, "key" | "place">): string {
  return `${customerId} ${place} ${key}`;
}

function isSame(kept: Uint8Array, fact: FactIdentity | undefined): boolean {
  if (fact === undefined) return false;
  const { digest, earlierDigests } = fact;
  return Buffer.compare(kept, digest) === 0 || (earlierDigests?.() ?? []).some((earlier) => Buffer.compare(kept, earlier) === 0);
}

function tell({ decisionId, nanos, currency, dayOrdinal }: KnownFact): RecordedFact {
  return { decisionId, nanos, currency, dayOrdinal };
}

/** What was told with the newest; of one moment the last to be counted has the least. */
function remainingOf(facts: readonly KnownFact[]): number | null {
  const newest = Math.max(...facts.map(({ recordedAt }) => recordedAt));
  const told = facts.filter(({ recordedAt }) => recordedAt === newest).map(({ remaining }) => remaining);
  const counted = told.filter((remaining) => remaining !== null);
  return counted.length < told.length ? null : Math.min(...counted);
}
