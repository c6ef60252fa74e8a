/** The front door of tables: files in, Parquet kept, columns and rows out; versions, schemas and views of an organisation. */
export type { RejectedRow } from "./clean.ts";
export type { Column, ColumnKind, ColumnOverride, StorageType } from "./column.ts";
export { columnKinds } from "./column.ts";
export { csvText } from "./export.ts";
export {
  type FileDialect,
  type ImportMode,
  type ImportOptions,
  type ImportOverrides,
  type ImportProgress,
  type ImportResult,
  importFile,
} from "./import.ts";
export { defaultLimits, type TableLimits } from "./limits.ts";
export {
  type ColumnProfile,
  type Histogram,
  type NumberSummary,
  type TableProfile,
  type TargetBalance,
  targetBalance,
  type ValueCount,
} from "./profile.ts";
export { type CellValue, columnTexts, type ReadOptions, readTable, streamRows, type TableColumn, type TableContent } from "./read.ts";
export type { ColumnCorrection, Corrections, Known, SchemaColumn } from "./schema.ts";
export { TableService, type TablesOptions, type UploadOptions, type ViewDefinition } from "./service.ts";
export type { Lineage, Table, TableVersion } from "./table.ts";
export type { ViewOptions, ViewResult } from "./view.ts";
