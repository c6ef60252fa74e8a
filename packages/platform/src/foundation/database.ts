/** The PostgreSQL pool and transactions. Types on the way out: int8 and numeric as text or bigint, never float; dates as text. */
import { AsyncLocalStorage } from "node:async_hooks";
import pLimit, { type LimitFunction } from "p-limit";
import { Pool, type PoolClient, type PoolConfig, types } from "pg";

const int8 = 20;
const date = 1082;

/** How long a call waits for a connection, or for a lock that somebody holds, before it is told to come back. */
const patienceMs = 10_000;

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
    connectionTimeoutMillis: patienceMs,
    lock_timeout: patienceMs,
    ...config,
    types: {
      getTypeParser: ((oid: number, format?: "text" | "binary") =>
        (format !== "binary" && parsers.get(oid)) || types.getTypeParser(oid, format as "text")) as typeof types.getTypeParser,
    },
  });
  pool.on("error", ignore);
  // A lent connection that breaks between two statements has nobody else to tell; the next statement on it fails.
  pool.on("connect", (client) => client.on("error", ignore));
  return pool;
}

function ignore(): void {}

/** One a pool, for as long as the pool lives. */
const transactionTurns = new WeakMap<Pool, LimitFunction>();

interface Turn {
  readonly pool: Pool;
  /** False once the transaction has ended: what it left running may begin one of its own. */
  open: boolean;
}

const currentTurn = new AsyncLocalStorage<Turn>();

/**
 * Runs work in one transaction; any throw rolls back.
 * @throws Error within another transaction on this pool: it would not be part of it, and each would wait for the other's turn.
 */
export function inTransaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  return inTransactionTurn(pool, () => transact(pool, work));
}

/**
 * Waits for the turn of a transaction that `work` begins and ends by itself.
 *
 * Transactions have half of the pool's connections: what they read beside themselves then finds a connection. With all of them, as
 * many transactions as connections would each wait for one more, for ever.
 * @throws Error within another transaction on this pool.
 */
export async function inTransactionTurn<T>(pool: Pool, work: () => Promise<T>): Promise<T> {
  const outer = currentTurn.getStore();
  if (outer?.open === true && outer.pool === pool) throw new Error("a transaction was begun within another one");
  let turns = transactionTurns.get(pool);
  if (turns === undefined) {
    turns = pLimit(Math.max(1, Math.floor(pool.options.max / 2)));
    transactionTurns.set(pool, turns);
  }
  const turn: Turn = { pool, open: true };
  return turns(() => currentTurn.run(turn, work)).finally(() => {
    turn.open = false;
  });
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
