/**
 * Who works on a job: an advisory lock of PostgreSQL, held on a connection of its own for as long as the work lasts.
 *
 * When the worker dies, however, its connection ends and the lock is free at once; any worker then finds the job orphaned.
 */
import type { Pool, PoolClient } from "pg";

const key = "hashtextextended($1::text, 7001)";

export interface JobLock {
  /** Aborts when the connection, and so the lock, is lost. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

/** @returns undefined when another worker has it. */
export async function lockJob(pool: Pool, id: string): Promise<JobLock | undefined> {
  const client = await pool.connect();
  const lost = new AbortController();
  const onLoss = (): void => lost.abort(new Error("the lock of the job was lost"));
  client.on("error", onLoss);
  client.on("end", onLoss);
  const letGo = (broken: boolean): void => {
    client.off("error", onLoss);
    client.off("end", onLoss);
    client.release(broken);
  };
  try {
    const tried = await client.query<{ got: boolean }>(`select pg_try_advisory_lock(${key}) as got`, [id]);
    if (tried.rows[0]?.got !== true) {
      letGo(false);
      return undefined;
    }
  } catch (error) {
    letGo(true);
    throw error;
  }
  return {
    lost: lost.signal,
    async release() {
      const broken = await client.query(`select pg_advisory_unlock(${key})`, [id]).then(
        () => false,
        () => true,
      );
      letGo(broken);
    },
  };
}

/** True when no worker holds the job; held until the transaction ends. */
export async function isOrphan(client: PoolClient, id: string): Promise<boolean> {
  const tried = await client.query<{ got: boolean }>(`select pg_try_advisory_xact_lock(${key}) as got`, [id]);
  return tried.rows[0]?.got === true;
}
