/** Rows of PostgreSQL as records of the domain, and back. */
import type { Selectable } from "kysely";
import type { TablesDatabase } from "./database.ts";
import { applyCorrections, type Corrections } from "./schema.ts";
import type { Lineage, Table, TableVersion } from "./table.ts";

export type TableRow = Selectable<TablesDatabase["stored_table"]>;
export type VersionRow = Selectable<TablesDatabase["stored_table_version"]>;

/** PostgreSQL's jsonb holds no zero character; texts of rejected rows may. */
export function storedJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === "string" ? inner.replaceAll("\0", "\u2400").toWellFormed() : inner,
  );
}

export function toTable(row: TableRow, version: TableVersion, schemaRevision: number): Table {
  return {
    id: row.id,
    name: row.name,
    title: row.title,
    kind: row.view_sql === null ? "upload" : "view",
    viewSql: row.view_sql,
    createdAt: row.created_at,
    createdBy: row.created_by,
    updatedAt: row.updated_at,
    schemaRevision,
    version,
  };
}

export function toVersion(row: VersionRow, corrections: Corrections, lineage: readonly Lineage[]): TableVersion {
  return {
    id: row.id,
    tableId: row.table_id,
    number: row.number,
    rowCount: Number(row.row_count),
    rejectedCount: Number(row.rejected_count),
    rejected: row.rejected,
    columns: row.columns,
    schema: applyCorrections(row.columns, corrections),
    dialect: row.dialect,
    sha256: row.sha256,
    parquetBytes: Number(row.parquet_bytes),
    sourceSha256: row.source_sha256,
    sourceBytes: row.source_bytes === null ? null : Number(row.source_bytes),
    viewSql: row.view_sql,
    createdAt: row.created_at,
    createdBy: row.created_by,
    lineage,
  };
}
