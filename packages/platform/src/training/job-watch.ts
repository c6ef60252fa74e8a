/** Tells how jobs go to any number of followers with one look at the database, four times a second, while there are any. */
import type { Pool } from "pg";
import { hasEnded, type Job, type JobRow, toJob } from "./job.ts";

const lookMs = 250;

interface Follower {
  readonly told: Job;
  /** Given what is new of the job, or undefined when there will be nothing. */
  readonly tell: (job: Job | undefined) => void;
}

export class JobWatch {
  private readonly pool: Pool;
  private readonly followers = new Set<Follower>();
  private timer: NodeJS.Timeout | undefined;

  constructor(pool: Pool) {
    this.pool = pool;
  }

  /** The job as it is, then at each change, to its end; ends early with the signal. A database that is away is waited for. */
  async *follow(job: Job, signal: AbortSignal): AsyncGenerator<Job> {
    for (let told: Job | undefined = job; told !== undefined; told = await this.next(told, signal)) {
      yield told;
      if (hasEnded(told.state)) return;
    }
  }

  /** Lets every follower go. */
  stop(): void {
    clearTimeout(this.timer);
    for (const { tell } of [...this.followers]) tell(undefined);
  }

  /** Whoever is slow to take what was told is told the newest then, and nothing of what was between. */
  private next(told: Job, signal: AbortSignal): Promise<Job | undefined> {
    const { promise, resolve } = Promise.withResolvers<Job | undefined>();
    if (signal.aborted) return Promise.resolve(undefined);
    const leave = (): void => follower.tell(undefined);
    const follower: Follower = {
      told,
      tell: (job) => {
        signal.removeEventListener("abort", leave);
        this.followers.delete(follower);
        resolve(job);
      },
    };
    signal.addEventListener("abort", leave);
    this.followers.add(follower);
    this.schedule();
    return promise;
  }

  private schedule(): void {
    if (this.timer !== undefined || this.followers.size === 0) return;
    const look = (): void =>
      void this.look()
        .catch(() => undefined)
        .finally(() => {
          this.timer = undefined;
          this.schedule();
        });
    this.timer = setTimeout(look, lookMs).unref();
  }

  private async look(): Promise<void> {
    const ids = new Set([...this.followers].map(({ told }) => told.id));
    const found = await this.pool.query<JobRow>("select * from job where id = any ($1::uuid[])", [[...ids]]);
    const jobs = new Map(found.rows.map((row) => [row.id, toJob(row)]));
    for (const { told, tell } of [...this.followers]) {
      const job = jobs.get(told.id);
      if (ids.has(told.id) && (job === undefined || progressOf(job) !== progressOf(told))) tell(job);
    }
  }
}

function progressOf({ state, progress }: Job): string {
  return `${state} ${progress.phase} ${progress.done}`;
}
