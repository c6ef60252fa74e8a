/** The front door of tables: files in, Parquet kept, columns and rows out. */
export type { RejectedRow } from "./clean.ts";
export type { Column, ColumnKind, ColumnOverride, StorageType } from "./column.ts";
export { columnKinds } from "./column.ts";
export { type FileDialect, type ImportMode, type ImportOptions, type ImportOverrides, type ImportProgress, type ImportResult, importFile } from "./import.ts";
export { defaultLimits, type TableLimits } from "./limits.ts";
export { type ColumnProfile, type Histogram, type NumberSummary, profileTable, type TableProfile, type TargetBalance, type ValueCount } from "./profile.ts";
export { type CellValue, columnTexts, describeTable, type ReadOptions, readRows, readTable, type TableColumn, type TableContent } from "./read.ts";
export { removeWorkspace, sweepStaging } from "./staging.ts";
export { checkView, runView, type ViewOptions, type ViewResult } from "./view.ts";
