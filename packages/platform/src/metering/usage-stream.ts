/**
 * The ledger from a cursor: one moment's rows, however many, in the memory of one page.
 *
 * The cursor holds a connection and a snapshot for as long as it is read. A reader that stops reading for longer than
 * `idleMs` loses both: PostgreSQL ends the session, and the next page throws.
 */
import type { Pool } from "pg";
import { toUsage, type Usage, type UsageFilter, type UsageRow, usageMatching, usageValues } from "./ledger.ts";

const pageRows = 2000;

/** Newest first, in pages. Cost: one sort in the database, one page of rows here. */
export async function* streamUsage(pool: Pool, filter: UsageFilter, idleMs = 120_000): AsyncGenerator<Usage[]> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query("begin isolation level repeatable read read only");
    await client.query(`set local idle_in_transaction_session_timeout = ${Math.ceil(idleMs)}`);
    await client.query(
      `declare usage_rows no scroll cursor for select u.* from usage u where ${usageMatching} order by u.recorded_at desc, u.id desc`,
      usageValues(filter),
    );
    for (;;) {
      const { rows } = await client.query<UsageRow>(`fetch ${pageRows} from usage_rows`);
      if (rows.length > 0) yield rows.map(toUsage);
      if (rows.length < pageRows) return;
    }
  } catch (error) {
    broken = error as Error;
    throw error;
  } finally {
    // After a fault the connection may be gone; a new one costs little.
    if (broken === undefined) await client.query("rollback").catch(() => undefined);
    client.release(broken);
  }
}
