/** The rows of tables in PostgreSQL, as kysely sees them. Migration: 0003-tables.sql. */
import type { Actor } from "@megalith/contract";
import type { ColumnType, JSONColumnType } from "kysely";
import type { RejectedRow } from "./clean.ts";
import type { Column } from "./column.ts";
import type { FileDialect } from "./import.ts";
import type { TableProfile } from "./profile.ts";
import type { Corrections } from "./schema.ts";

/** int8 arrives as text. */
type Count = ColumnType<string, number, never>;
type Json<T extends object | null> = JSONColumnType<T, string, never>;

interface StoredTableRow {
  id: string;
  organisation: string;
  name: string;
  title: string;
  view_sql: string | null;
  created_at: Date;
  created_by: Json<Actor>;
  updated_at: Date;
  deleted_at: Date | null;
  deleted_by: JSONColumnType<Actor, string | null, string> | null;
}

interface StoredVersionRow {
  id: string;
  organisation: string;
  table_id: string;
  number: number;
  row_count: Count;
  rejected_count: Count;
  rejected: Json<RejectedRow[]>;
  columns: Json<Column[]>;
  dialect: ColumnType<FileDialect | null, string | null, never>;
  sha256: string;
  parquet_bytes: Count;
  source_sha256: string | null;
  source_bytes: ColumnType<string | null, number | null, never>;
  view_sql: string | null;
  created_at: Date;
  created_by: Json<Actor>;
}

interface StoredProfileRow {
  organisation: string;
  version_id: string;
  schema_revision: number;
  profile: Json<TableProfile>;
  created_at: Date;
}

interface StoredSchemaRow {
  organisation: string;
  table_id: string;
  revision: number;
  columns: Json<Corrections>;
  created_at: Date;
  created_by: Json<Actor>;
}

interface StoredLineageRow {
  organisation: string;
  version_id: string;
  name: string;
  source_version_id: string;
}

export interface TablesDatabase {
  stored_table: StoredTableRow;
  stored_table_version: StoredVersionRow;
  stored_table_profile: StoredProfileRow;
  stored_table_schema: StoredSchemaRow;
  stored_table_lineage: StoredLineageRow;
}
