/**
 * Artifact files on their way to a version: none is lost, and none stays that no version needs.
 *
 * A row is committed before the file is written and leaves with the version's row, so what a process that died left behind is known
 * by name: nothing else in the folder is ever touched, whatever database or server put it there. Who finishes holds a lock that
 * the sweep waits for, and writes the file again should a sweep have taken it.
 */
import type { Pool, PoolClient } from "pg";
import { type Clock, inTransaction } from "../foundation/index.ts";
import type { ArtifactStore } from "./artifacts.ts";

/** Far longer than it takes to write an artifact and its row. */
const graceMs = 3_600_000;
const lockKey = "hashtext('artifact_write')";

export interface ArtifactWritesOptions {
  readonly pool: Pool;
  readonly clock: Clock;
  readonly artifacts: ArtifactStore;
}

export class ArtifactWrites {
  private readonly options: ArtifactWritesOptions;

  constructor(options: ArtifactWritesOptions) {
    this.options = options;
  }

  /** Makes the file durable. @param id bare uuid of the version to be. */
  async begin(organisation: string, id: string, artifact: Uint8Array, sha256: string): Promise<void> {
    const { pool, clock, artifacts } = this.options;
    const values = [id, organisation, sha256, clock.now()];
    await pool.query("insert into artifact_write (id, organisation, sha256, begun_at) values ($1, $2, $3, $4)", values);
    await artifacts.put(artifact, sha256, id);
  }

  /** Inside the transaction that makes the file a version's: until it ends, no sweep runs. */
  async finish(client: PoolClient, id: string, artifact: Uint8Array, sha256: string): Promise<void> {
    const { artifacts } = this.options;
    await client.query(`select pg_advisory_xact_lock_shared(${lockKey})`);
    if (!(await artifacts.has(sha256))) await artifacts.put(artifact, sha256, id);
    await client.query("delete from artifact_write where id = $1", [id]);
  }

  /** @returns how many files it removed. */
  async sweep(): Promise<number> {
    const { pool, clock, artifacts } = this.options;
    const before = new Date(clock.now().getTime() - graceMs);
    const half = await artifacts.sweep(before);
    const whole = await inTransaction(pool, async (client) => {
      await client.query(`select pg_advisory_xact_lock(${lockKey})`);
      const left = await client.query<{ sha256: string }>(
        `with old as (delete from artifact_write where begun_at < $1 returning sha256)
         select distinct sha256 from old
         where not exists (select from model_version v where v.sha256 = old.sha256)
           and not exists (select from artifact_write w where w.sha256 = old.sha256 and w.begun_at >= $1)`,
        [before],
      );
      let count = 0;
      for (const { sha256 } of left.rows) {
        if (await artifacts.has(sha256)) count++;
        await artifacts.remove(sha256);
      }
      return count;
    });
    return half + whole;
  }
}
