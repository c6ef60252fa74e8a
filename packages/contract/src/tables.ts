/** Tables: uploads and views, their versions, schema, profile and rows. */
import { type Static, Type } from "typebox";
import { defineRoute } from "./route.ts";
import { Actor, countLimit, Id, List, ListQuery, Name, Time, Title, VersionNumber } from "./shapes.ts";

const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()]);

export const ColumnKind = Type.Union([Type.Literal("numeric"), Type.Literal("boolean"), Type.Literal("category"), Type.Literal("date")]);
export const Known = Type.Union([Type.Literal("before"), Type.Literal("after"), Type.Null()], {
  description: "When the value is known: before (at decision time), after (only after the outcome), or null (not declared).",
});

export const SchemaColumnShape = Type.Object({
  name: Type.String(),
  kind: ColumnKind,
  storage: Type.String(),
  known: Known,
  corrected: Type.Boolean(),
});

export const RejectedRowShape = Type.Object({
  line: Type.Integer(),
  column: Nullable(Type.String()),
  code: Type.String(),
  message: Type.String(),
  text: Type.String(),
});

export const TableVersionShape = Type.Object({
  id: Id("tableVersion"),
  number: Type.Integer(),
  rowCount: Type.Integer(),
  rejectedCount: Type.Integer(),
  rejected: Type.Array(RejectedRowShape),
  schema: Type.Array(SchemaColumnShape),
  dialect: Nullable(Type.Record(Type.String(), Type.Union([Type.String(), Type.Boolean()]))),
  sha256: Type.String(),
  parquetBytes: Type.Integer(),
  createdAt: Time,
  createdBy: Actor,
  lineage: Type.Array(Type.Object({ name: Type.String(), table: Type.String(), version: Type.Integer() })),
});
export type TableVersionShape = Static<typeof TableVersionShape>;

export const TableShape = Type.Object({
  id: Id("table"),
  name: Name,
  title: Type.String(),
  kind: Type.Union([Type.Literal("upload"), Type.Literal("view")]),
  viewSql: Nullable(Type.String()),
  createdAt: Time,
  createdBy: Actor,
  updatedAt: Time,
  schemaRevision: Type.Integer(),
  version: TableVersionShape,
});
export type TableShape = Static<typeof TableShape>;

const ValueCountShape = Type.Object({ value: Type.String(), count: Type.Integer() });

export const NumberSummaryShape = Type.Object({
  min: Type.Number(),
  max: Type.Number(),
  mean: Type.Number(),
  deviation: Type.Number(),
  quantiles: Type.Array(Type.Object({ probability: Type.Number(), value: Type.Number() })),
});

export const ColumnProfileShape = Type.Object({
  name: Type.String(),
  kind: ColumnKind,
  missing: Type.Integer(),
  distinct: Type.Integer(),
  approximate: Type.Boolean(),
  summary: Type.Optional(NumberSummaryShape),
  histogram: Type.Optional(Type.Object({ edges: Type.Array(Type.Number()), counts: Type.Array(Type.Integer()) })),
  top: Type.Optional(Type.Array(ValueCountShape)),
  examples: Type.Array(Type.String()),
});
export type ColumnProfileShape = Static<typeof ColumnProfileShape>;

export const TargetBalanceShape = Type.Object({
  column: Type.String(),
  kind: Type.Union([Type.Literal("classes"), Type.Literal("number")]),
  missing: Type.Integer(),
  classes: Type.Optional(Type.Array(Type.Object({ value: Type.String(), count: Type.Integer(), share: Type.Number() }))),
  summary: Type.Optional(NumberSummaryShape),
});

export const TableProfileShape = Type.Object({
  rowCount: Type.Integer(),
  columns: Type.Array(ColumnProfileShape),
  target: Type.Optional(TargetBalanceShape),
});
export type TableProfileShape = Static<typeof TableProfileShape>;

const TableParams = Type.Object({ table: Name });

/** How an upload is read; what is left out is detected. */
export const ImportQuery = Type.Object({
  mode: Type.Optional(Type.Union([Type.Literal("strict"), Type.Literal("lenient")], { default: "strict" })),
  encoding: Type.Optional(Type.String({ maxLength: 40 })),
  delimiter: Type.Optional(Type.String({ maxLength: 1 })),
  quote: Type.Optional(Type.String({ maxLength: 1 })),
  escape: Type.Optional(Type.String({ maxLength: 1 })),
  header: Type.Optional(Type.Boolean()),
  decimal: Type.Optional(Type.Union([Type.Literal("."), Type.Literal(",")])),
});

const uploadTypes = ["text/csv", "application/gzip", "application/x-gzip", "application/vnd.apache.parquet", "application/octet-stream"];
const uploadLimitBytes = 1024 ** 4;

const uploadErrors = [
  "tables.empty",
  "tables.no_rows",
  "tables.too_large",
  "tables.too_many_rows",
  "tables.too_many_columns",
  "tables.row_too_long",
  "tables.compression_bomb",
  "tables.compression_damaged",
  "tables.format_unknown",
  "tables.encoding_unknown",
  "tables.encoding_invalid",
  "tables.dialect_invalid",
  "tables.column_names",
  "tables.columns_invalid",
  "tables.rows_invalid",
  "tables.parquet_damaged",
  "tables.storage_full",
  "tables.import_failed",
] as const;
const viewErrors = [
  "tables.view_refused",
  "tables.view_failed",
  "tables.view_limit",
  "tables.storage_full",
  "tables.import_failed",
] as const;

export const tablesRoutes = {
  listTables: defineRoute({
    method: "GET",
    path: "/api/v1/tables",
    summary: "Lists tables, newest first.",
    description: "Each with its newest version. `next` of one page is `after` of the next.",
    tag: "tables",
    access: { kind: "provider", role: "viewer" },
    query: ListQuery,
    response: List(TableShape),
  }),
  createTable: defineRoute({
    method: "POST",
    path: "/api/v1/tables",
    summary: "Makes a table from an uploaded CSV or Parquet file (gzip is fine).",
    description:
      "The body is the file itself, streamed. Strict refuses the file at the first bad rows, named by line and column; lenient leaves them out and lists them.",
    tag: "tables",
    access: { kind: "provider", role: "engineer" },
    query: Type.Intersect([Type.Object({ name: Name, title: Type.Optional(Title) }), ImportQuery]),
    streamedBody: uploadTypes,
    bodyLimitBytes: uploadLimitBytes,
    status: 201,
    response: TableShape,
    errors: ["tables.name_taken", ...uploadErrors],
  }),
  addTableVersion: defineRoute({
    method: "POST",
    path: "/api/v1/tables/{table}/versions",
    summary: "Adds a version to a table from an uploaded file.",
    description: "The columns may differ from those of the version before. Models keep the version that they were trained on.",
    tag: "tables",
    access: { kind: "provider", role: "engineer" },
    params: TableParams,
    query: ImportQuery,
    streamedBody: uploadTypes,
    bodyLimitBytes: uploadLimitBytes,
    status: 201,
    response: TableShape,
    errors: ["tables.not_found", "tables.not_upload", ...uploadErrors],
  }),
  createView: defineRoute({
    method: "POST",
    path: "/api/v1/views",
    summary: "Makes a table from one SELECT over other tables (DuckDB SQL, no files, no network).",
    description: "The query is stored and run once; its result is the first version, with the tables that it read as lineage.",
    tag: "tables",
    access: { kind: "provider", role: "engineer" },
    body: Type.Object({ name: Name, title: Type.Optional(Title), sql: Type.String({ minLength: 1, maxLength: 100_000 }) }),
    status: 201,
    response: TableShape,
    errors: ["tables.name_taken", ...viewErrors],
  }),
  refreshView: defineRoute({
    method: "POST",
    path: "/api/v1/tables/{table}/refresh",
    summary: "Runs a view again, with new SQL when given, as a new version.",
    description: "Without `sql` the stored query runs again over the newest versions of its tables.",
    tag: "tables",
    access: { kind: "provider", role: "engineer" },
    params: TableParams,
    body: Type.Object({ sql: Type.Optional(Type.String({ minLength: 1, maxLength: 100_000 })) }),
    response: TableShape,
    errors: ["tables.not_found", "tables.not_view", ...viewErrors],
  }),
  readTable: defineRoute({
    method: "GET",
    path: "/api/v1/tables/{table}",
    summary: "One table with its newest version.",
    description: "With the schema, the rows that were rejected, and how the file was read.",
    tag: "tables",
    access: { kind: "provider", role: "viewer" },
    params: TableParams,
    response: TableShape,
    errors: ["tables.not_found"],
  }),
  listTableVersions: defineRoute({
    method: "GET",
    path: "/api/v1/tables/{table}/versions",
    summary: "All versions of a table, newest first.",
    description: "A version is never changed: a correction of the schema is kept beside it.",
    tag: "tables",
    access: { kind: "provider", role: "viewer" },
    params: TableParams,
    response: List(TableVersionShape),
    errors: ["tables.not_found"],
  }),
  readTableProfile: defineRoute({
    method: "GET",
    path: "/api/v1/tables/{table}/profile",
    summary: "Types, missing, distinct, range and histogram of each column; the balance of a target when one is named.",
    description: "Without `version` of the newest. Distinct values of large tables are estimated, and `approximate` says so.",
    tag: "tables",
    access: { kind: "provider", role: "viewer" },
    params: TableParams,
    query: Type.Object({ version: Type.Optional(VersionNumber), target: Type.Optional(Type.String({ maxLength: 200 })) }),
    response: TableProfileShape,
    errors: ["tables.not_found", "tables.version_not_found", "tables.column_unknown"],
  }),
  listTableRows: defineRoute({
    method: "GET",
    path: "/api/v1/tables/{table}/rows",
    summary: "Rows of a table, by column name.",
    description: "In the order of the file, from `offset`, at most 1,000 a call.",
    tag: "tables",
    access: { kind: "provider", role: "analyst" },
    params: TableParams,
    query: Type.Object({
      version: Type.Optional(VersionNumber),
      offset: Type.Optional(Type.Integer({ minimum: 0, maximum: countLimit, default: 0 })),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 50 })),
    }),
    response: Type.Object({ rows: Type.Array(Type.Record(Type.String(), Type.Unknown())) }),
    errors: ["tables.not_found", "tables.version_not_found"],
  }),
  correctTableSchema: defineRoute({
    method: "PATCH",
    path: "/api/v1/tables/{table}/schema",
    summary: "Corrects kinds and declares when columns are known.",
    description: "Only the columns that are named change. A kind that the stored values do not have is refused with an example of a value.",
    tag: "tables",
    access: { kind: "provider", role: "engineer" },
    params: TableParams,
    body: Type.Object({
      columns: Type.Record(Type.String(), Type.Object({ kind: Type.Optional(ColumnKind), known: Type.Optional(Known) })),
    }),
    response: TableShape,
    errors: ["tables.not_found", "tables.schema_invalid", "tables.schema_changed"],
  }),
  removeTable: defineRoute({
    method: "DELETE",
    path: "/api/v1/tables/{table}",
    summary: "Removes a table that nothing depends on.",
    description: "What needs the table is listed under problems: views, versions of models, and jobs that wait.",
    tag: "tables",
    access: { kind: "provider", role: "engineer" },
    params: TableParams,
    status: 204,
    errors: ["tables.not_found", "tables.in_use"],
  }),
} as const;
