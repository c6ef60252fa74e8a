/**
 * The worker's side of training jobs: takes one at a time, reports progress, hears a cancel, registers the version.
 *
 * A job whose worker died is found by its free lock and goes back into the queue, three tries at most. The row decides
 * who works: a message that comes twice is harmless.
 */
import { type Actor, idFromUuid, MegalithError } from "@megalith/contract";
import type { Pool } from "pg";
import type { PgBoss } from "pg-boss";
import { type Caller, type Clock, inTransaction, wordStorageFault } from "../foundation/index.ts";
import type { RegistryService } from "../registry/index.ts";
import type { TableService } from "../tables/index.ts";
import { choiceOf } from "./choice.ts";
import { type Job, type JobRow, toJob } from "./job.ts";
import { isOrphan, lockJob } from "./job-lock.ts";
import { openQueue, sendJob, trainingQueue } from "./jobs.ts";
import { trainModel } from "./train-model.ts";

export interface TrainingWorkerOptions {
  readonly pool: Pool;
  readonly databaseUrl: string;
  readonly clock: Clock;
  readonly tables: TableService;
  readonly registry: RegistryService;
  /** For the log; never sent to a caller. */
  readonly onFault?: (what: string, error: unknown) => void;
}

const beatMs = 300;
const sweepMs = 1000;
const maxAttempts = 3;
const queued: Job["progress"] = { phase: "queued", done: 0, total: 1 };

export class TrainingWorker {
  private readonly options: TrainingWorkerOptions;
  private readonly stopping = new AbortController();
  private boss: PgBoss | undefined;
  private sweepTimer: NodeJS.Timeout | undefined;
  private current: Promise<void> = Promise.resolve();

  constructor(options: TrainingWorkerOptions) {
    this.options = options;
  }

  async start(): Promise<void> {
    const boss = await openQueue(this.options.databaseUrl, true);
    this.boss = boss;
    await this.sweep(boss);
    await this.resend(boss);
    this.sweepTimer = setInterval(() => void this.sweep(boss).catch((error: unknown) => this.tell("sweep", error)), sweepMs);
    await boss.work<{ job: string }>(trainingQueue, { pollingIntervalSeconds: 0.5, batchSize: 1 }, async (messages) => {
      for (const { data } of messages) {
        if (this.stopping.signal.aborted) return;
        this.current = this.take(data.job).catch((error: unknown) => this.tell(`job ${data.job}`, error));
        await this.current;
      }
    });
  }

  /** A job under way goes back into the queue. */
  async stop(): Promise<void> {
    clearInterval(this.sweepTimer);
    this.stopping.abort(new Error("the worker stops"));
    await this.current;
    await this.boss?.stop({ graceful: false });
  }

  private async take(id: string): Promise<void> {
    const { pool, clock } = this.options;
    const lock = await lockJob(pool, id);
    if (lock === undefined) return;
    try {
      const claimed = await pool.query<JobRow>(
        "update job set state = 'running', attempt = attempt + 1, started_at = coalesce(started_at, $2) where id = $1 and state = 'queued' returning *",
        [id, clock.now()],
      );
      const row = claimed.rows[0];
      if (row !== undefined) await this.run(toJob(row), AbortSignal.any([this.stopping.signal, lock.lost]));
    } finally {
      await lock.release();
    }
  }

  private async run(job: Job, outside: AbortSignal): Promise<void> {
    const { pool, clock } = this.options;
    const taken = new AbortController();
    let progress: Job["progress"] = { phase: "reading", done: 0, total: 1 };
    const beat = async (): Promise<void> => {
      const kept = await pool.query("update job set progress = $2 where id = $1 and state = 'running'", [job.id, JSON.stringify(progress)]);
      if (kept.rowCount === 0) taken.abort(new Error("the job was cancelled"));
    };
    const timer = setInterval(() => void beat().catch(() => undefined), beatMs);
    try {
      const number = await this.train(job, AbortSignal.any([outside, taken.signal]), (now) => {
        progress = now;
      });
      const done = { phase: "training", done: progress.total, total: progress.total };
      await pool.query(
        "update job set state = 'done', version_number = $2, ended_at = $3, progress = $4 where id = $1 and state = 'running'",
        [job.id, number, clock.now(), JSON.stringify(done)],
      );
    } catch (error) {
      // Cancelled: the row says so already. Stopping, or lock lost: the job is orphaned, and a worker takes it up again.
      if (taken.signal.aborted || outside.aborted) return;
      this.tell(`job ${job.id}`, error);
      await fail(pool, job.id, error, clock.now());
    } finally {
      clearInterval(timer);
    }
  }

  private async train(job: Job, signal: AbortSignal, onProgress: (progress: Job["progress"]) => void): Promise<number> {
    const { tables, registry } = this.options;
    const { input, organisation } = job;
    const table = await tables.version(organisation, input.table, input.version);
    const content = await tables.content(organisation, input.table, { number: table.number, signal });
    const trained = await trainModel(content, choiceOf(input, table), { signal, onProgress });
    const actor: Actor = { kind: "job", id: idFromUuid("job", job.id), name: `training of ${job.model}` };
    const caller: Caller = { organisation, actor };
    const card = {
      ...trained.card,
      table: { name: input.table, version: table.number, sha256: table.sha256, rows: table.rowCount },
      by: job.createdBy.name,
    };
    const added = await registry.addVersion(caller, {
      model: job.model,
      artifact: trained.artifact,
      card,
      tableVersionId: table.id,
      jobId: job.id,
    });
    return added.version.number;
  }

  /** Running jobs that nobody works on: back into the queue, or failed after the last try. */
  private async sweep(boss: PgBoss): Promise<void> {
    const { pool, clock } = this.options;
    const running = await pool.query<{ id: string }>("select id from job where state = 'running' limit 1000");
    for (const { id } of running.rows) {
      await inTransaction(pool, async (client) => {
        if (!(await isOrphan(client, id))) return;
        const found = await client.query<{ attempt: number }>("select attempt from job where id = $1 and state = 'running' for update", [
          id,
        ]);
        const attempt = found.rows[0]?.attempt;
        if (attempt === undefined) return;
        if (attempt >= maxAttempts)
          return fail(client, id, new MegalithError("training.worker_lost", { values: { count: attempt } }), clock.now());
        await client.query("update job set state = 'queued', progress = $2 where id = $1", [id, JSON.stringify(queued)]);
        await sendJob(boss, client, id);
      });
    }
  }

  /** Queued jobs whose message may be lost, as after a restore. */
  private async resend(boss: PgBoss): Promise<void> {
    await inTransaction(this.options.pool, async (client) => {
      const found = await client.query<{ id: string }>("select id from job where state = 'queued' order by id limit 1000");
      for (const { id } of found.rows) await sendJob(boss, client, id);
    });
  }

  private tell(what: string, error: unknown): void {
    this.options.onFault?.(what, error);
  }
}

async function fail(database: Pick<Pool, "query">, id: string, error: unknown, now: Date): Promise<void> {
  const worded = wordStorageFault(error);
  const known = worded instanceof MegalithError ? worded : new MegalithError("server.internal");
  const told = { code: known.code, message: known.message, values: known.values, problems: known.problems };
  await database.query("update job set state = 'failed', error = $2, ended_at = $3 where id = $1 and state = 'running'", [
    id,
    JSON.stringify(told),
    now,
  ]);
}
