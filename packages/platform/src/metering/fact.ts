/**
 * The words of metering: a call of N records is N facts; each fact makes one usage row however often it is reported.
 *
 * Ids are bare uuids, money is bigint nanos. A fact's identity is customer + key + place.
 */
import { hash } from "node:crypto";

/** What makes a fact the same fact when it is reported again. */
export interface FactIdentity {
  /** `k:` + Idempotency-Key of the call, `r:` + service and reference of the record, or `q:` + a uuid; at most 300 characters. */
  readonly key: string;
  /** Among the facts of its key, from 0. */
  readonly place: number;
  /** SHA-256 of what was asked: the same key with another digest is a conflict. Zeros when the fact cannot be repeated. */
  readonly digest: Uint8Array;
  /** The digest as an earlier release may have made it, asked for where `digest` is not the one on record. */
  readonly earlierDigests?: () => readonly Uint8Array[];
}

/** One record of a call. */
export interface Fact extends FactIdentity {
  /** From `deriveUsageId` when the call can be repeated, else any new uuid: in the order of time, so that the index grows at its end. */
  readonly usageId: string;
  readonly decisionId: string;
  /** The transaction's value, of which a plan may take a share; null is none. */
  readonly valueNanos: bigint | null;
  readonly withReasons: boolean;
}

/** The decisions of one call, as serving keeps them. */
export interface KeptDecision {
  readonly versionId: string;
  readonly revisionId: string;
  /** One a fact. Texts without NUL. */
  readonly facts: readonly {
    readonly reference: string | null;
    readonly subject: string | null;
    readonly input: string;
    readonly output: string;
  }[];
}

/** One call; those of its facts that were not recorded before are accepted all or none. */
export interface CallFacts {
  readonly organisation: string;
  readonly customerId: string;
  readonly serviceId: string;
  readonly keyId: string | null;
  /** The price in force; null is free. */
  readonly planVersionId: string | null;
  readonly eventTime: Date;
  readonly recordedTime: Date;
  readonly facts: readonly Fact[];
  /** What serving wants kept of the call, written in the same statement; metering does not look inside. */
  readonly decision: KeptDecision | null;
}

export type MeterOutcome =
  | {
      readonly kind: "recorded";
      /** One a fact. */
      readonly prices: readonly bigint[];
      /** Null when free. */
      readonly currency: string | null;
      /** Decisions left in this month's quota; null without a quota. */
      readonly remaining: number | null;
      /** Which unit of the day each fact was, from 1. */
      readonly dayOrdinals: readonly number[];
    }
  | {
      /** Facts that were recorded before are as they were then; those that were not are recorded now. */
      readonly kind: "repeated";
      /** One a fact, in order. */
      readonly facts: readonly RecordedFact[];
      /** As told with the newest of them. */
      readonly remaining: number | null;
    }
  | {
      readonly kind: "conflict";
      /** The facts whose key was used for something else, by their index in the call. */
      readonly facts: readonly number[];
    }
  | {
      /** A fact was recorded before and its answer is no longer stored; nothing was recorded of the others. */
      readonly kind: "answer_gone";
    }
  | { readonly kind: "quota_exceeded"; readonly quota: number; readonly remaining: number }
  | { readonly kind: "balance_exhausted" }
  | { readonly kind: "rate_limited"; readonly rate: number; readonly retryAfterSeconds: number };

/** What the ledger holds of a fact. */
export interface RecordedFact {
  /** What its answer was stored under. */
  readonly decisionId: string;
  readonly nanos: bigint;
  /** Null when it was free. */
  readonly currency: string | null;
  readonly dayOrdinal: number;
}

/** False when the key was made for the one call: nobody else knows it. */
export function isRepeatable(key: string): boolean {
  return !key.startsWith("q:");
}

/** The id of a fact's usage row: the first 16 bytes of a SHA-256 over what identifies it, as a UUID of version 8 (RFC 9562). */
export function deriveUsageId(customerId: string, { key, place }: Pick<FactIdentity, "key" | "place">): string {
  const hex = hash("sha256", `${customerId}\n${place}\n${key}`, "hex");
  const variant = ((Number.parseInt(hex[16] as string, 16) & 3) | 8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const largestNanos = 10n ** 30n;
export const factKeyLimit = 300;
export const factLimit = 10_000;

/** What a statement could choke on is refused before it can share a batch with others. @throws RangeError naming the first fault. */
export function checkCall(call: CallFacts): void {
  for (const id of [call.organisation, call.customerId, call.serviceId]) requireUuid(id);
  if (call.keyId !== null) requireUuid(call.keyId);
  if (call.planVersionId !== null) requireUuid(call.planVersionId);
  requireTime(call.eventTime);
  requireTime(call.recordedTime);
  if (call.facts.length === 0 || call.facts.length > factLimit) throw new RangeError(`a call has 1 to ${factLimit} facts`);
  for (const fact of call.facts) {
    const { key } = fact;
    if (key.length === 0 || key.length > factKeyLimit) throw new RangeError(`a fact key has 1 to ${factKeyLimit} characters`);
    if (key.includes("\0") || !key.isWellFormed()) throw new RangeError("a fact key is well-formed text without NUL");
    if (fact.digest.byteLength !== 32) throw new RangeError("a digest has 32 bytes");
    requireUuid(fact.usageId);
    requireUuid(fact.decisionId);
    if (fact.valueNanos !== null && (fact.valueNanos < 0n || fact.valueNanos > largestNanos))
      throw new RangeError("a value is from 0 to 10^30 nanos");
  }
}

function requireUuid(text: string): void {
  if (!uuidPattern.test(text)) throw new RangeError(`not a uuid: ${text.slice(0, 50)}`);
}

function requireTime(time: Date): void {
  const year = time.getUTCFullYear();
  if (!(year >= 1970 && year <= 9999)) throw new RangeError("a time is in the years 1970 to 9999");
}
