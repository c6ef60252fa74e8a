/** The PostgreSQL pool and transactions. Types on the way out: int8 and numeric as text or bigint, never float; dates as text. */
import pLimit, { type LimitFunction } from "p-limit";
import { Pool, type PoolClient, type PoolConfig, types } from "pg";

const int8 = 20;
const date = 1082;

/**
 * A pool whose int8 values come back as bigint and dates as YYYY-MM-DD. `numeric` stays text.
 *
 * A connection that dies with nobody using it is replaced by the next; one of a pool that is ending may still hear that the
 * server stops, after the pool has let go of it. Neither may end the process. What is under way tells its own fault.
 */
export function openPool(config: PoolConfig): Pool {
  const parsers = new Map<number, (text: string) => unknown>([
    [int8, (text) => BigInt(text)],
    [date, (text) => text],
  ]);
  const pool = new Pool({
    ...config,
    types: {
      getTypeParser: ((oid: number, format?: "text" | "binary") =>
        (format !== "binary" && parsers.get(oid)) || types.getTypeParser(oid, format as "text")) as typeof types.getTypeParser,
    },
  });
  // A lent connection that breaks between two statements has nobody else to tell; the next statement on it fails.
  pool.on("connect", (client) => client.on("error", () => undefined));
  pool.on("error", ignore);
  pool.on("connect", (client) => client.on("error", ignore));
  return pool;
}

function ignore(): void {}

/** One a pool, for as long as the pool lives. */
const transactionTurns = new WeakMap<Pool, LimitFunction>();

/**
 * Runs work in one transaction; any throw rolls back. Not to be nested.
 *
 * Transactions have half of the pool's connections and wait for their turn: what they read beside themselves then finds a
 * connection. With all of them, as many transactions as connections would each wait for one more, for ever.
 */
export function inTransaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  let turns = transactionTurns.get(pool);
  if (turns === undefined) {
    turns = pLimit(Math.max(1, Math.floor(pool.options.max / 2)));
    transactionTurns.set(pool, turns);
  }
  return turns(() => transact(pool, work));
}

async function transact<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query("begin");
    const result = await work(client);
    await client.query("commit");
    return result;
  } catch (error) {
    try {
      await client.query("rollback");
    } catch (rollbackError) {
      broken = rollbackError as Error;
    }
    throw error;
  } finally {
    client.release(broken);
  }
}

/** True when PostgreSQL refused a duplicate of this constraint (or of any, when none is named). */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  const fault = error as { code?: unknown; constraint?: unknown };
  return fault?.code === "23505" && (constraint === undefined || fault.constraint === constraint);
}
