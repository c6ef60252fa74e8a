/** The organisation that runs this installation: made once, the same for every start. */
import type { Pool } from "pg";
import type { Clock, NewUuid } from "../foundation/index.ts";

/** @returns its bare uuid. Two starts at once make one. */
export async function ensureOrganisation(pool: Pool, clock: Clock, newUuid: NewUuid): Promise<string> {
  await pool.query(
    "insert into organisation (id, name, created_at) select $1, 'provider', $2 where not exists (select from organisation)",
    [newUuid(), clock.now()],
  );
  const found = await pool.query<{ id: string }>("select id from organisation order by id limit 1");
  return (found.rows[0] as { id: string }).id;
}
