/** The SQL of lineage: what views may read, what they have read, and whether one would read itself. */
import { sql } from "kysely";
import type { Database, Transacting } from "./store.ts";

export class LineageStore {
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  /** The newest version of every living table, by the table's name: what a view may read. */
  async newestVersions(organisation: string): Promise<Map<string, { id: string; tableId: string; number: number }>> {
    const rows = await this.database
      .selectFrom("stored_table as owner")
      .innerJoin("stored_table_version as version", "version.table_id", "owner.id")
      .select(["owner.name", "version.id", "version.table_id as tableId", "version.number"])
      .distinctOn("owner.name")
      .where("owner.organisation", "=", organisation)
      .where("owner.deleted_at", "is", null)
      .orderBy("owner.name")
      .orderBy("version.number", "desc")
      .execute();
    return new Map(rows.map(({ name, ...version }) => [name, version]));
  }

  /** Whether any of the versions was made, over any number of views, from a table. */
  async descendsFrom(organisation: string, versionIds: readonly string[], tableId: string): Promise<boolean> {
    if (versionIds.length === 0) return false;
    const { rows } = await sql<{ found: boolean }>`
      with recursive origin (version_id) as (
        select unnest(${versionIds}::uuid[])
        union
        select lineage.source_version_id from stored_table_lineage lineage join origin on origin.version_id = lineage.version_id
        where lineage.organisation = ${organisation}
      )
      select exists (
        select 1 from origin join stored_table_version version on version.id = origin.version_id where version.table_id = ${tableId}
      ) as found`.execute(this.database);
    return rows[0]?.found === true;
  }

  /** Names of living views whose newest version read any version of a table. */
  async viewsReading(transaction: Transacting, organisation: string, tableId: string): Promise<string[]> {
    const rows = await transaction
      .selectFrom("stored_table as reader")
      .innerJoin("stored_table_version as version", "version.table_id", "reader.id")
      .innerJoin("stored_table_lineage as lineage", "lineage.version_id", "version.id")
      .innerJoin("stored_table_version as source", "source.id", "lineage.source_version_id")
      .select("reader.name")
      .distinct()
      .where("reader.organisation", "=", organisation)
      .where("reader.deleted_at", "is", null)
      .where("source.table_id", "=", tableId)
      .where(sql<boolean>`version.number = (select max(number) from stored_table_version newest where newest.table_id = reader.id)`)
      .orderBy("reader.name")
      .execute();
    return rows.map(({ name }) => name);
  }
}
