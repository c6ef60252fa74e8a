/**
 * Training jobs from the asker's side: start, read, cancel.
 *
 * The job's row and its message in the queue (pg-boss, schema pgboss) are written in one transaction; the row is the
 * truth, the message only wakes a worker. A version is registered once a job, however often it was tried.
 */
import { idFromUuid, MegalithError, type Problem, problem, type TrainingBody } from "@megalith/contract";
import type { Pool, PoolClient } from "pg";
import { PgBoss } from "pg-boss";
import { type Caller, type Clock, inTransaction, type NewUuid, recordChange } from "../foundation/index.ts";
import type { TableService } from "../tables/index.ts";
import { checkColumns, choiceOf } from "./choice.ts";
import { inspectTarget, type TargetInspection } from "./inspection.ts";
import { hasEnded, type Job, type JobRow, toJob } from "./job.ts";
import { JobWatch } from "./job-watch.ts";

export const trainingQueue = "training";
const queueOptions = { retryLimit: 0, expireInSeconds: 86_400 - 1 } as const;
const inspectedRows = 10_000;

export interface TrainingJobsOptions {
  readonly pool: Pool;
  readonly clock: Clock;
  readonly newUuid: NewUuid;
  readonly databaseUrl: string;
  readonly tables: TableService;
}

export class TrainingJobs {
  private readonly options: TrainingJobsOptions;
  private readonly watch: JobWatch;
  private queue: Promise<PgBoss> | undefined;

  constructor(options: TrainingJobsOptions) {
    this.options = options;
    this.watch = new JobWatch(options.pool);
  }

  /** @throws MegalithError "tables.not_found", "training.columns_unknown". */
  async start(caller: Caller, model: string, body: TrainingBody): Promise<Job> {
    const { tables, pool, clock, newUuid } = this.options;
    const version = await tables.version(caller.organisation, body.table, body.version);
    checkColumns(version.schema, body);
    const boss = await this.open();
    const id = newUuid();
    return inTransaction(pool, async (client) => {
      await tables.hold(client, caller.organisation, version.tableId);
      const now = clock.now();
      const inserted = await client.query<JobRow>(
        `insert into job (id, organisation, kind, state, model, table_version_id, input, created_at, created_by)
         values ($1, $2, 'training', 'queued', $3, $4, $5, $6, $7) returning *`,
        [
          id,
          caller.organisation,
          model,
          version.id,
          JSON.stringify({ ...body, version: version.number }),
          now,
          JSON.stringify(caller.actor),
        ],
      );
      await sendJob(boss, client, id);
      await recordChange(client, caller, newUuid(), now, {
        action: "training.started",
        subjectKind: "model",
        subjectId: null,
        subjectName: model,
        detail: { job: idFromUuid("job", id), table: body.table },
      });
      return toJob(inserted.rows[0] as JobRow);
    });
  }

  /** The jobs that wait for these versions of a table or learn from them. */
  async dependantsOfTable(organisation: string, tableVersionIds: readonly string[]): Promise<Problem[]> {
    const found = await this.options.pool.query<{ id: string; model: string }>(
      `select id, model from job where organisation = $1 and state in ('queued', 'running') and table_version_id = any ($2::uuid[]) order by id`,
      [organisation, tableVersionIds],
    );
    return found.rows.map(({ id, model }) => problem("/table", "in_use", "tableAwaited", { job: idFromUuid("job", id), model }));
  }

  /** @throws MegalithError "request.not_found". */
  async read(organisation: string, id: string): Promise<Job> {
    const found = await this.options.pool.query<JobRow>("select * from job where organisation = $1 and id = $2", [organisation, id]);
    const row = found.rows[0];
    if (row === undefined) throw new MegalithError("request.not_found");
    return toJob(row);
  }

  async list(organisation: string, page: { after: string | null; limit: number }): Promise<Job[]> {
    const found = await this.options.pool.query<JobRow>(
      "select * from job where organisation = $1 and ($2::uuid is null or id < $2) order by id desc limit $3",
      [organisation, page.after, page.limit],
    );
    return found.rows.map(toJob);
  }

  /** What a training with these settings would learn, and whom the leak guard suspects; on the first 10,000 rows. */
  async inspect(organisation: string, body: TrainingBody): Promise<TargetInspection> {
    const { tables } = this.options;
    const version = await tables.version(organisation, body.table, body.version);
    checkColumns(version.schema, body);
    const content = await tables.content(organisation, body.table, { number: version.number, limit: inspectedRows });
    return inspectTarget(content, choiceOf(body, version));
  }

  async countByState(): Promise<Record<string, number>> {
    const found = await this.options.pool.query<{ state: string; count: bigint }>(
      "select state, count(*) as count from job group by state",
    );
    return Object.fromEntries(found.rows.map((row) => [row.state, Number(row.count)]));
  }

  /** A queued job ends at once; a running one within a round. @throws MegalithError "training.job_ended". */
  async cancel(caller: Caller, id: string): Promise<Job> {
    const { pool, clock, newUuid } = this.options;
    await inTransaction(pool, async (client) => {
      const found = await client.query<JobRow>("select * from job where organisation = $1 and id = $2 for update", [
        caller.organisation,
        id,
      ]);
      const row = found.rows[0];
      if (row === undefined) throw new MegalithError("request.not_found");
      if (hasEnded(row.state)) throw new MegalithError("training.job_ended", { values: { state: row.state } });
      const now = clock.now();
      await client.query("update job set state = 'cancelled', ended_at = $2 where id = $1", [id, now]);
      await recordChange(client, caller, newUuid(), now, {
        action: "training.cancelled",
        subjectKind: "model",
        subjectId: null,
        subjectName: row.model,
        detail: { job: idFromUuid("job", id) },
      });
    });
    return this.read(caller.organisation, id);
  }

  /** Its state now, at each change, and at its end. @throws MegalithError "request.not_found". */
  async follow(organisation: string, id: string, signal: AbortSignal): Promise<AsyncIterable<Job>> {
    return this.watch.follow(await this.read(organisation, id), signal);
  }

  async stop(): Promise<void> {
    this.watch.stop();
    const boss = await this.queue?.catch(() => undefined);
    await boss?.stop({ graceful: false });
  }

  private open(): Promise<PgBoss> {
    this.queue ??= openQueue(this.options.databaseUrl, false);
    this.queue.catch(() => {
      this.queue = undefined;
    });
    return this.queue;
  }
}

/** @param supervise true in a worker: it keeps the queue's house. */
export async function openQueue(databaseUrl: string, supervise: boolean): Promise<PgBoss> {
  const boss = new PgBoss({ connectionString: databaseUrl, max: 3, supervise, schedule: false, schema: "pgboss" });
  boss.on("error", () => undefined);
  await boss.start();
  await boss.createQueue(trainingQueue, queueOptions);
  return boss;
}

/** Sends in the client's transaction. */
export async function sendJob(boss: PgBoss, client: PoolClient, job: string): Promise<void> {
  await boss.send(trainingQueue, { job }, { db: { executeSql: (text: string, values?: unknown[]) => client.query(text, values) } });
}
