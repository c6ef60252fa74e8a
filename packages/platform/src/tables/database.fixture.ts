/** A migrated database for the tests of this folder. */
import { Kysely, PostgresDialect } from "kysely";
import type { Pool } from "pg";
import { openTestDatabase } from "../foundation/database.fixture.ts";
import type { TablesDatabase } from "./database.ts";

export interface TestDatabase {
  readonly pool: Pool;
  readonly database: Kysely<TablesDatabase>;
  readonly stop: () => Promise<void>;
}

export async function startDatabase(): Promise<TestDatabase> {
  const { pool, stop } = await openTestDatabase();
  return { pool, database: new Kysely<TablesDatabase>({ dialect: new PostgresDialect({ pool }) }), stop };
}
