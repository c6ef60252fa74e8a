/**
 * The stored decisions: written with their usage, read, asked again, erased, forgotten when their time is over.
 *
 * Day partitions by the time inside the id: an id alone finds its partition. Partitions are made ahead of time, and at need when the
 * clock has jumped or the machine has slept.
 */
import { MegalithError } from "@megalith/contract";
import type { Pool, PoolClient } from "pg";
import { type Caller, type Clock, inTransaction, type NewUuid, recordChange } from "../foundation/index.ts";
import type { KeptDecision } from "../metering/index.ts";
import type { Answer } from "./answer.ts";
import type { StoredAnswer } from "./reply.ts";

/** Decisions that nobody pays for: one id and one kept fact each. */
export interface FreeDecisions {
  readonly organisation: string;
  readonly serviceId: string;
  readonly ids: readonly string[];
  readonly decision: KeptDecision;
  readonly eventTime: Date;
  readonly recordedTime: Date;
}

export interface StoredDecision {
  readonly id: string;
  readonly serviceId: string;
  readonly customerId: string | null;
  readonly versionId: string;
  readonly revisionId: string;
  readonly reference: string | null;
  readonly subject: string | null;
  readonly eventTime: Date;
  readonly recordedAt: Date;
  readonly input: Readonly<Record<string, string | number | boolean | null>>;
  readonly outputText: string;
  readonly factKey: string | null;
  readonly position: number;
  readonly answer: Answer;
}

interface DecisionRow {
  id: string;
  service_id: string;
  customer_id: string | null;
  version_id: string;
  revision_id: string;
  reference: string | null;
  subject: string | null;
  event_time: Date;
  recorded_at: Date;
  position: number;
  fact_key: string | null;
  input: string | null;
  output: string | null;
}

const dayMs = 86_400_000;
const daysAhead = 3;

export class DecisionLog {
  private readonly pool: Pool;
  private readonly clock: Clock;
  private readonly newUuid: NewUuid;
  /** Days since 1970 whose partitions are known to be there. */
  private readonly preparedDays = new Set<number>();

  constructor(pool: Pool, clock: Clock, newUuid: NewUuid) {
    this.pool = pool;
    this.clock = clock;
    this.newUuid = newUuid;
  }

  /** Makes the partitions from yesterday to three days ahead. Call at start and every few hours. */
  async preparePartitions(): Promise<void> {
    const today = Math.floor(this.clock.now().getTime() / dayMs);
    for (let day = today - 1; day <= today + daysAhead; day++) await this.preparePartition(day);
  }

  /** @returns undefined, at once, when these decisions' partitions are there, as they are but for a clock that jumped. @param ids in order. */
  partitionsOf(ids: readonly string[]): Promise<unknown> | undefined {
    const first = Math.floor(timeOfUuid(ids[0] as string) / dayMs);
    const last = ids.length === 1 ? first : Math.floor(timeOfUuid(ids.at(-1) as string) / dayMs);
    const missing = [first, last].filter((day) => !this.preparedDays.has(day));
    return missing.length === 0 ? undefined : Promise.all(missing.map((day) => this.preparePartition(day)));
  }

  private async preparePartition(day: number): Promise<void> {
    await this.pool.query("select ensure_decision_partition($1::date)", [new Date(day * dayMs).toISOString().slice(0, 10)]);
    this.preparedDays.add(day);
  }

  /** Stores decisions that nobody pays for. */
  async store(made: FreeDecisions): Promise<void> {
    const { ids, decision, organisation, serviceId, eventTime, recordedTime } = made;
    const { facts, versionId, revisionId } = decision;
    await this.pool.query(
      `insert into decision (id, organisation, service_id, version_id, revision_id, event_time, recorded_at, position, day, reference, subject, input, output)
       select d.id, $1, $2, $3, $4, $5, $6, d.number - 1, d.day, d.reference, d.subject, d.input, d.output
       from unnest($7::uuid[], $8::date[], $9::text[], $10::text[], $11::text[], $12::text[])
         with ordinality d (id, day, reference, subject, input, output, number)`,
      [
        organisation,
        serviceId,
        versionId,
        revisionId,
        eventTime,
        recordedTime,
        ids,
        ids.map(dayOfUuid),
        facts.map(({ reference }) => reference),
        facts.map(({ subject }) => subject),
        facts.map(({ input }) => input),
        facts.map(({ output }) => output),
      ],
    );
  }

  /** @throws MegalithError "request.not_found" also for one that is another customer's (when a customer asks). */
  async find(organisation: string, id: string, customerId: string | null): Promise<StoredDecision> {
    const found = await this.pool.query<DecisionRow>(
      "select * from decision where day = $1 and id = $2 and organisation = $3 and ($4::uuid is null or customer_id = $4)",
      [dayOfUuid(id), id, organisation, customerId],
    );
    const row = found.rows[0];
    if (row === undefined) throw new MegalithError("request.not_found");
    return toDecision(row);
  }

  /** The answers of one earlier call, in its order. */
  async answersOf(organisation: string, ids: readonly string[]): Promise<Omit<StoredAnswer, "price">[]> {
    const days = [...new Set(ids.map(dayOfUuid))];
    const found = await this.pool.query<DecisionRow & { number: number; sha256: string }>(
      `select d.*, v.number, v.sha256 from decision d join model_version v on v.id = d.version_id
       where d.day = any ($1::date[]) and d.id = any ($2::uuid[]) and d.organisation = $3`,
      [days, ids, organisation],
    );
    const byId = new Map(found.rows.map((row) => [row.id, row]));
    return ids.map((id) => {
      const row = byId.get(id);
      if (row === undefined) throw new MegalithError("serving.decision_gone");
      const decision = toDecision(row);
      const { reference, answer, outputText: answerText } = decision;
      return { id, reference, answer, answerText, version: { number: row.number, sha256: row.sha256 } };
    });
  }

  /** Whether the answers of all these decisions are there: none erased, none past its retention. */
  async areStored(organisation: string, ids: readonly string[]): Promise<boolean> {
    const found = await this.pool.query<{ count: bigint }>(
      `select count(*) as count from decision
       where day = any ($1::date[]) and id = any ($2::uuid[]) and organisation = $3 and output is not null`,
      [[...new Set(ids.map(dayOfUuid))], ids, organisation],
    );
    return Number(found.rows[0]?.count) === new Set(ids).size;
  }

  /** Newest first. `after` is the bare uuid of the last one seen. */
  async list(
    serviceId: string,
    customerId: string | null,
    page: { after: string | null; limit: number },
  ): Promise<(StoredDecision & { number: number })[]> {
    const found = await this.pool.query<DecisionRow & { number: number }>(
      `select d.*, v.number from decision d join model_version v on v.id = d.version_id
       where d.service_id = $1 and ($2::uuid is null or d.customer_id = $2) and ($3::uuid is null or d.id < $3) and d.output is not null
       order by d.id desc limit $4`,
      [serviceId, customerId, page.after, page.limit],
    );
    return found.rows.map((row) => ({ ...toDecision(row), number: row.number }));
  }

  /**
   * Empties what decisions hold about a subject, and removes their labels. Usage and invoices are not touched.
   * The trail says who erased how many and not whom: the name would stay in it.
   */
  erase(caller: Caller, subject: string, customerId: string | null): Promise<number> {
    return inTransaction(this.pool, async (client) => {
      const now = this.clock.now();
      const count = await this.empty(client, [caller.organisation, subject, customerId, now]);
      if (count > 0)
        await recordChange(client, caller, this.newUuid(), now, {
          action: "serving.subject_erased",
          subjectKind: "subject",
          subjectId: null,
          subjectName: "erased",
          detail: { decisions: count },
        });
      return count;
    });
  }

  private async empty(client: PoolClient, values: readonly unknown[]): Promise<number> {
    const erased = await client.query(
      `with gone as (
         update decision set input = null, output = null, subject = null, reference = null, erased_at = $4
         where organisation = $1 and subject = $2 and ($3::uuid is null or customer_id = $3) returning id),
       labels as (delete from label where decision_id in (select id from gone))
       select id from gone`,
      [...values],
    );
    return erased.rows.length;
  }

  /** Deletes decisions older than their service keeps them. @returns how many. */
  async forget(): Promise<number> {
    const deleted = await this.pool.query(
      `with kept as (
         select s.id, (select (r.settings ->> 'retentionDays')::int from service_revision r where r.service_id = s.id order by r.number desc limit 1) as days
         from service s)
       delete from decision d using kept where d.service_id = kept.id and d.day < ($1::timestamptz at time zone 'UTC')::date - kept.days`,
      [this.clock.now()],
    );
    return deleted.rowCount ?? 0;
  }
}

/** Milliseconds since 1970 that a UUIDv7 begins with. */
function timeOfUuid(uuid: string): number {
  return Number.parseInt(uuid.slice(0, 8) + uuid.slice(9, 13), 16);
}

/** The UTC day of the time in a UUIDv7: the partition that holds it. An id that was never made may say any time. */
export function dayOfUuid(uuid: string): string {
  const text = new Date(timeOfUuid(uuid)).toISOString();
  return text.startsWith("+") ? "9999-12-31" : text.slice(0, 10);
}

function toDecision(row: DecisionRow): StoredDecision {
  if (row.input === null || row.output === null) throw new MegalithError("serving.decision_gone");
  return {
    id: row.id,
    serviceId: row.service_id,
    customerId: row.customer_id,
    versionId: row.version_id,
    revisionId: row.revision_id,
    reference: row.reference,
    subject: row.subject,
    eventTime: row.event_time,
    recordedAt: row.recorded_at,
    input: JSON.parse(row.input),
    outputText: row.output,
    factKey: row.fact_key,
    position: row.position,
    answer: JSON.parse(row.output),
  };
}
