/**
 * The SQL of tables. Every statement names the organisation; nothing here knows of files.
 */
import type { Actor } from "@megalith/contract";
import { MegalithError } from "@megalith/contract";
import { CompiledQuery, type Kysely, sql, type Transaction } from "kysely";
import type { Pool } from "pg";
import { type Caller, type Change, inTransactionTurn, recordChange } from "../foundation/index.ts";
import type { RejectedRow } from "./clean.ts";
import type { Column } from "./column.ts";
import type { TablesDatabase } from "./database.ts";
import type { FileDialect } from "./import.ts";
import type { TableProfile } from "./profile.ts";
import { storedJson, type TableRow, toTable, toVersion, type VersionRow } from "./row.ts";
import type { Corrections } from "./schema.ts";
import type { Lineage, Table, TableVersion } from "./table.ts";

export type Database = Kysely<TablesDatabase>;
export type Transacting = Transaction<TablesDatabase>;

/** Held shared while a file is published, alone while orphans are swept. */
const publishLock = 7_226_001;

export interface NewTable {
  readonly id: string;
  readonly organisation: string;
  readonly name: string;
  readonly title: string;
  readonly viewSql: string | null;
  readonly actor: Actor;
  readonly now: Date;
}

export interface NewVersion {
  readonly id: string;
  readonly organisation: string;
  readonly tableId: string;
  readonly number: number;
  readonly rowCount: number;
  readonly rejectedCount: number;
  readonly rejected: readonly RejectedRow[];
  readonly columns: readonly Column[];
  readonly dialect: FileDialect | null;
  readonly sha256: string;
  readonly parquetBytes: number;
  readonly sourceSha256: string | null;
  readonly sourceBytes: number | null;
  readonly viewSql: string | null;
  readonly lineage: readonly { readonly name: string; readonly versionId: string }[];
  readonly actor: Actor;
  readonly now: Date;
}

export class TableStore {
  private readonly database: Database;
  private readonly pool: Pool;

  /** @param pool the one that the database is over. */
  constructor(database: Database, pool: Pool) {
    this.database = database;
    this.pool = pool;
  }

  /** Runs the publication of one file; no sweep runs meanwhile. */
  publish<T>(work: (transaction: Transacting) => Promise<T>): Promise<T> {
    return this.transact(async (transaction) => {
      await sql`select pg_advisory_xact_lock_shared(${publishLock})`.execute(transaction);
      return work(transaction);
    });
  }

  /** Leaves a row of the trail in the change's own transaction. */
  record(transaction: Transacting, caller: Caller, id: string, now: Date, change: Change): Promise<void> {
    const query = (text: string, values: unknown[]) => transaction.executeQuery(CompiledQuery.raw(text, values));
    return recordChange({ query }, caller, id, now, change);
  }

  /** Runs while nothing is being published. */
  alone<T>(work: (transaction: Transacting) => Promise<T>): Promise<T> {
    return this.transact(async (transaction) => {
      await sql`select pg_advisory_xact_lock(${publishLock})`.execute(transaction);
      return work(transaction);
    });
  }

  private transact<T>(work: (transaction: Transacting) => Promise<T>): Promise<T> {
    return inTransactionTurn(this.pool, () => this.database.transaction().execute(work));
  }

  /** @throws MegalithError "tables.name_taken". */
  async insertTable(transaction: Transacting, table: NewTable): Promise<void> {
    const inserted = await transaction
      .insertInto("stored_table")
      .values({
        id: table.id,
        organisation: table.organisation,
        name: table.name,
        title: table.title,
        view_sql: table.viewSql,
        created_at: table.now,
        created_by: JSON.stringify(table.actor),
        updated_at: table.now,
        deleted_at: null,
        deleted_by: null,
      })
      .onConflict((conflict) => conflict.columns(["organisation", "name"]).where("deleted_at", "is", null).doNothing())
      .executeTakeFirst();
    if (inserted.numInsertedOrUpdatedRows !== 1n) throw new MegalithError("tables.name_taken", { values: { name: table.name } });
  }

  /** Locks a table for a new version and tells that version's number. @throws MegalithError "tables.not_found". */
  async lockForVersion(transaction: Transacting, organisation: string, tableId: string, now: Date): Promise<number> {
    const locked = await transaction
      .updateTable("stored_table")
      .set({ updated_at: now })
      .where("organisation", "=", organisation)
      .where("id", "=", tableId)
      .where("deleted_at", "is", null)
      .executeTakeFirst();
    if (locked.numUpdatedRows !== 1n) throw new MegalithError("tables.not_found", { values: { table: tableId } });
    const newest = await transaction
      .selectFrom("stored_table_version")
      .select((builder) => builder.fn.max("number").as("number"))
      .where("table_id", "=", tableId)
      .executeTakeFirst();
    return (newest?.number ?? 0) + 1;
  }

  async insertVersion(transaction: Transacting, version: NewVersion): Promise<void> {
    await transaction
      .insertInto("stored_table_version")
      .values({
        id: version.id,
        organisation: version.organisation,
        table_id: version.tableId,
        number: version.number,
        row_count: version.rowCount,
        rejected_count: version.rejectedCount,
        rejected: storedJson(version.rejected),
        columns: storedJson(version.columns),
        dialect: version.dialect === null ? null : storedJson(version.dialect),
        sha256: version.sha256,
        parquet_bytes: version.parquetBytes,
        source_sha256: version.sourceSha256,
        source_bytes: version.sourceBytes,
        view_sql: version.viewSql,
        created_at: version.now,
        created_by: JSON.stringify(version.actor),
      })
      .execute();
    if (version.lineage.length === 0) return;
    const rows = version.lineage.map(({ name, versionId }) => ({
      organisation: version.organisation,
      version_id: version.id,
      name,
      source_version_id: versionId,
    }));
    await transaction.insertInto("stored_table_lineage").values(rows).execute();
  }

  async setViewSql(transaction: Transacting, organisation: string, tableId: string, viewSql: string): Promise<void> {
    await transaction
      .updateTable("stored_table")
      .set({ view_sql: viewSql })
      .where("organisation", "=", organisation)
      .where("id", "=", tableId)
      .execute();
  }

  /** @param key  a name or a bare uuid. @throws MegalithError "tables.not_found". */
  async getTable(organisation: string, key: string): Promise<Table> {
    const row = await this.database
      .selectFrom("stored_table")
      .selectAll()
      .where("organisation", "=", organisation)
      .where("deleted_at", "is", null)
      .where((builder) => builder.or([builder("name", "=", key), builder(sql<string>`id::text`, "=", key)]))
      .executeTakeFirst();
    if (row === undefined) throw new MegalithError("tables.not_found", { values: { table: key } });
    const [table] = await this.complete(organisation, [row]);
    if (table === undefined) throw new MegalithError("tables.not_found", { values: { table: key } });
    return table;
  }

  /** Tables by id; `after` is the id of the last one seen. */
  async listTables(organisation: string, options: { after?: string | undefined; limit: number }): Promise<Table[]> {
    let query = this.database
      .selectFrom("stored_table")
      .selectAll()
      .where("organisation", "=", organisation)
      .where("deleted_at", "is", null)
      .orderBy("id")
      .limit(options.limit);
    if (options.after !== undefined) query = query.where("id", ">", options.after);
    return this.complete(organisation, await query.execute());
  }

  /** Adds the newest version and the schema to rows of tables, in one statement each. */
  private async complete(organisation: string, rows: readonly TableRow[]): Promise<Table[]> {
    if (rows.length === 0) return [];
    const ids = rows.map(({ id }) => id);
    const versions = await this.database
      .selectFrom("stored_table_version")
      .selectAll()
      .distinctOn("table_id")
      .where("organisation", "=", organisation)
      .where("table_id", "in", ids)
      .orderBy("table_id")
      .orderBy("number", "desc")
      .execute();
    const schemas = await this.newestCorrections(organisation, ids);
    const completed = await this.completeVersions(organisation, versions, schemas);
    return rows.flatMap((row) => {
      const version = completed.find(({ tableId }) => tableId === row.id);
      return version === undefined ? [] : [toTable(row, version, schemas.get(row.id)?.revision ?? 0)];
    });
  }

  private async completeVersions(
    organisation: string,
    rows: readonly VersionRow[],
    schemas: ReadonlyMap<string, { columns: Corrections }>,
  ): Promise<TableVersion[]> {
    const lineage = await this.lineageOf(
      organisation,
      rows.map(({ id }) => id),
    );
    return rows.map((row) => toVersion(row, schemas.get(row.table_id)?.columns ?? {}, lineage.get(row.id) ?? []));
  }

  private async lineageOf(organisation: string, versionIds: readonly string[]): Promise<Map<string, Lineage[]>> {
    const found = new Map<string, Lineage[]>();
    if (versionIds.length === 0) return found;
    const rows = await this.database
      .selectFrom("stored_table_lineage as lineage")
      .innerJoin("stored_table_version as source", "source.id", "lineage.source_version_id")
      .innerJoin("stored_table as origin", "origin.id", "source.table_id")
      .select([
        "lineage.version_id",
        "lineage.name",
        "source.id as versionId",
        "source.number as versionNumber",
        "origin.id as tableId",
        "origin.name as tableName",
      ])
      .where("lineage.organisation", "=", organisation)
      .where("lineage.version_id", "in", versionIds)
      .orderBy("lineage.name")
      .execute();
    for (const { version_id, ...entry } of rows) found.set(version_id, [...(found.get(version_id) ?? []), entry]);
    return found;
  }

  private async newestCorrections(
    organisation: string,
    tableIds: readonly string[],
  ): Promise<Map<string, { revision: number; columns: Corrections }>> {
    const rows = await this.database
      .selectFrom("stored_table_schema")
      .select(["table_id", "revision", "columns"])
      .distinctOn("table_id")
      .where("organisation", "=", organisation)
      .where("table_id", "in", tableIds)
      .orderBy("table_id")
      .orderBy("revision", "desc")
      .execute();
    return new Map(rows.map(({ table_id, revision, columns }) => [table_id, { revision, columns }]));
  }

  async corrections(organisation: string, tableId: string): Promise<{ revision: number; columns: Corrections }> {
    return (await this.newestCorrections(organisation, [tableId])).get(tableId) ?? { revision: 0, columns: {} };
  }

  /** @returns false when somebody else made this revision first. */
  async insertCorrections(
    transaction: Transacting,
    organisation: string,
    tableId: string,
    revision: number,
    columns: Corrections,
    actor: Actor,
    now: Date,
  ): Promise<boolean> {
    const inserted = await transaction
      .insertInto("stored_table_schema")
      .values({
        organisation,
        table_id: tableId,
        revision,
        columns: JSON.stringify(columns),
        created_at: now,
        created_by: JSON.stringify(actor),
      })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    return inserted.numInsertedOrUpdatedRows === 1n;
  }

  /** Newest first. */
  async listVersions(organisation: string, tableId: string): Promise<TableVersion[]> {
    const rows = await this.database
      .selectFrom("stored_table_version")
      .selectAll()
      .where("organisation", "=", organisation)
      .where("table_id", "=", tableId)
      .orderBy("number", "desc")
      .limit(500)
      .execute();
    return this.completeVersions(organisation, rows, await this.newestCorrections(organisation, [tableId]));
  }

  async getVersion(organisation: string, tableId: string, number: number): Promise<TableVersion | undefined> {
    const rows = await this.database
      .selectFrom("stored_table_version")
      .selectAll()
      .where("organisation", "=", organisation)
      .where("table_id", "=", tableId)
      .where("number", "=", number)
      .execute();
    return (await this.completeVersions(organisation, rows, await this.newestCorrections(organisation, [tableId])))[0];
  }

  async findProfile(organisation: string, versionId: string, schemaRevision: number): Promise<TableProfile | undefined> {
    const row = await this.database
      .selectFrom("stored_table_profile")
      .select("profile")
      .where("organisation", "=", organisation)
      .where("version_id", "=", versionId)
      .where("schema_revision", "=", schemaRevision)
      .executeTakeFirst();
    return row?.profile;
  }

  async insertProfile(organisation: string, versionId: string, schemaRevision: number, profile: TableProfile, now: Date): Promise<void> {
    await this.database
      .insertInto("stored_table_profile")
      .values({ organisation, version_id: versionId, schema_revision: schemaRevision, profile: storedJson(profile), created_at: now })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }

  async hasName(organisation: string, name: string): Promise<boolean> {
    const row = await this.database
      .selectFrom("stored_table")
      .select("id")
      .where("organisation", "=", organisation)
      .where("name", "=", name)
      .where("deleted_at", "is", null)
      .executeTakeFirst();
    return row !== undefined;
  }

  /** @returns false when there was nothing to delete. */
  async markDeleted(transaction: Transacting, organisation: string, tableId: string, actor: Actor, now: Date): Promise<boolean> {
    const updated = await transaction
      .updateTable("stored_table")
      .set({ deleted_at: now, deleted_by: JSON.stringify(actor), updated_at: now })
      .where("organisation", "=", organisation)
      .where("id", "=", tableId)
      .where("deleted_at", "is", null)
      .executeTakeFirst();
    return updated.numUpdatedRows === 1n;
  }

  /** Numbers of the versions of every living table, of all organisations: what the files must be. */
  async livingVersions(transaction: Transacting): Promise<Map<string, Set<number>>> {
    const rows = await transaction
      .selectFrom("stored_table_version as version")
      .innerJoin("stored_table as owner", "owner.id", "version.table_id")
      .select(["version.table_id", "version.number"])
      .where("owner.deleted_at", "is", null)
      .execute();
    const living = new Map<string, Set<number>>();
    for (const { table_id, number } of rows) living.set(table_id, (living.get(table_id) ?? new Set()).add(number));
    return living;
  }
}
