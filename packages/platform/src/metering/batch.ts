/** A batch of settled calls as the parameters of one `record_usage` statement. */
import type { ClientBase } from "pg";
import { BindMessage } from "./bind-message.ts";
import type { Fact } from "./fact.ts";
import { writeCounters } from "./meter-state.ts";
import { callPrepared } from "./prepared-call.ts";
import type { AcceptedCall, Settlement } from "./settle.ts";

const name = "metering.record";
const text = "select * from record_usage($1, $2, $3)";

interface RowTypes {
  readonly account: number;
  readonly fact: number;
  readonly probe: number;
}

/** What belongs to a connection: a message of its own, so that one which may still be on its way is never written over. */
interface Channel {
  readonly message: BindMessage;
  readonly types: RowTypes;
}

const channels = new WeakMap<ClientBase, Channel>();

/** A key that may have been recorded before. */
export interface UsageProbe {
  readonly customerId: string;
  readonly key: string;
}

export interface BatchResult<T extends UsageProbe> {
  /** Customers whose state was not the newest: nothing of theirs was written. */
  readonly stale: ReadonlySet<string>;
  /** Probes whose key is known: nothing of their customers was written. */
  readonly known: readonly T[];
}

/** Runs the statement: when it returns outside a transaction, everything that it wrote is on disk. */
export async function recordUsage<T extends UsageProbe>(
  client: ClientBase,
  settlements: readonly Settlement[],
  probes: readonly T[],
  timeoutMs: number,
): Promise<BatchResult<T>> {
  const { message, types } = channels.get(client) ?? (await openChannel(client));
  message.begin(name, 3);
  bindAccounts(message, types.account, settlements);
  bindFacts(message, types.fact, settlements);
  bindProbes(message, types.probe, probes);
  const [row] = await callPrepared(client, { name, text, message: message.end(), timeoutMs });
  const [stale = "{}", known = "{}"] = row ?? [];
  return { stale: new Set(elements(stale)), known: elements(known).map((index) => probes[Number(index)] as T) };
}

async function openChannel(client: ClientBase): Promise<Channel> {
  const found = await client.query<RowTypes>(
    "select 'account_change'::regtype::oid as account, 'recorded_fact'::regtype::oid as fact, 'usage_probe'::regtype::oid as probe",
  );
  const channel = { message: new BindMessage(), types: found.rows[0] as RowTypes };
  channels.set(client, channel);
  return channel;
}

/** Of an array of uuids or integers in text form. */
function elements(literal: string | null): string[] {
  return literal === null || literal === "{}" ? [] : literal.slice(1, -1).split(",");
}

function bindAccounts(message: BindMessage, rowType: number, settlements: readonly Settlement[]): void {
  message.beginRows(rowType);
  for (const { customerId, before, after, isChanged } of settlements) {
    message.beginRow(8);
    message.uuid(customerId);
    message.bigInteger(before.version);
    message.boolean(isChanged);
    message.date(after.quotaMonth);
    message.bigInteger(after.quotaCount);
    message.bigInteger(after.rateFreeAt);
    message.numeric(after.balanceNanos);
    message.text(writeCounters(after.counters));
    message.endRow();
  }
  message.endRows();
}

function bindFacts(message: BindMessage, rowType: number, settlements: readonly Settlement[]): void {
  message.beginRows(rowType);
  for (const { accepted } of settlements)
    for (const owner of accepted) for (let index = 0; index < owner.call.facts.length; index++) bindFact(message, owner, index);
  message.endRows();
}

/** What belongs to the call is repeated in each of its facts. */
function bindFact(message: BindMessage, owner: AcceptedCall, index: number): void {
  const { call } = owner;
  const fact = call.facts[index] as Fact;
  message.beginRow(29);
  message.uuid(fact.usageId);
  message.uuid(call.organisation);
  message.uuid(call.customerId);
  message.uuid(call.serviceId);
  message.uuid(call.keyId);
  message.uuid(call.planVersionId);
  message.text(fact.key);
  message.integer(fact.place);
  message.digest(fact.digest);
  message.uuid(fact.decisionId);
  message.timestamp(call.eventTime);
  message.timestamp(call.recordedTime);
  message.date(owner.day);
  message.date(owner.month);
  message.bigInteger(owner.dayOrdinal + index);
  message.bigInteger(owner.monthOrdinal + index);
  message.numeric(fact.valueNanos);
  message.boolean(fact.withReasons);
  message.numeric(owner.prices[index] ?? null);
  message.text(owner.currency);
  message.boolean(owner.isPrepaid);
  message.bigInteger(owner.remaining);
  const kept = call.decision?.facts[index];
  message.uuid(call.decision?.versionId ?? null);
  message.uuid(call.decision?.revisionId ?? null);
  message.text(kept?.reference ?? null);
  message.text(kept?.subject ?? null);
  message.date(call.decision === null ? null : dayOfUuid(fact.decisionId));
  message.text(kept?.input ?? null);
  message.text(kept?.output ?? null);
  message.endRow();
}

function bindProbes(message: BindMessage, rowType: number, probes: readonly UsageProbe[]): void {
  message.beginRows(rowType);
  for (const [index, { customerId, key }] of probes.entries()) {
    message.beginRow(3);
    message.integer(index);
    message.uuid(customerId);
    message.text(key);
    message.endRow();
  }
  message.endRows();
}

/** Days since 1970 of the time that a UUIDv7 begins with, in UTC. */
function dayOfUuid(uuid: string): number {
  return Math.floor(Number.parseInt(uuid.slice(0, 8) + uuid.slice(9, 13), 16) / 86_400_000);
}
