/** The words of tables: a named table, its immutable versions, and who did what. */
import type { Actor } from "@megalith/contract";
import type { RejectedRow } from "./clean.ts";
import type { Column } from "./column.ts";
import type { FileDialect } from "./import.ts";
import type { SchemaColumn } from "./schema.ts";

export interface Table {
  /** Bare uuid. */
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly kind: "upload" | "view";
  /** The SELECT of a view. */
  readonly viewSql: string | null;
  readonly createdAt: Date;
  readonly createdBy: Actor;
  readonly updatedAt: Date;
  readonly schemaRevision: number;
  /** The newest version. */
  readonly version: TableVersion;
}

export interface TableVersion {
  readonly id: string;
  readonly tableId: string;
  /** From 1, without gaps. */
  readonly number: number;
  readonly rowCount: number;
  readonly rejectedCount: number;
  readonly rejected: readonly RejectedRow[];
  /** As stored; `schema` is what they are read as. */
  readonly columns: readonly Column[];
  readonly schema: readonly SchemaColumn[];
  readonly dialect: FileDialect | null;
  /** SHA-256 of the Parquet file. */
  readonly sha256: string;
  readonly parquetBytes: number;
  readonly sourceSha256: string | null;
  readonly sourceBytes: number | null;
  readonly viewSql: string | null;
  readonly createdAt: Date;
  readonly createdBy: Actor;
  /** Of a view's version: what it read. */
  readonly lineage: readonly Lineage[];
}

export interface Lineage {
  /** The name in the SQL. */
  readonly name: string;
  readonly tableId: string;
  readonly tableName: string;
  readonly versionId: string;
  readonly versionNumber: number;
}
