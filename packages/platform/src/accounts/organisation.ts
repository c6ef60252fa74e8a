/** The organisation that runs this installation: made once, the same for every start. */
import type { Pool } from "pg";
import { type Clock, inTransaction, type NewUuid } from "../foundation/index.ts";

/** @returns its bare uuid. Two starts at once make one. */
export async function ensureOrganisation(pool: Pool, clock: Clock, newUuid: NewUuid): Promise<string> {
  return inTransaction(pool, async (client) => {
    await client.query("lock table organisation in share row exclusive mode");
    const found = await client.query<{ id: string }>("select id from organisation order by id limit 1");
    const row = found.rows[0];
    if (row !== undefined) return row.id;
    const id = newUuid();
    await client.query("insert into organisation (id, name, created_at) values ($1, 'provider', $2)", [id, clock.now()]);
    return id;
  });
}
