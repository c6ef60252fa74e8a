/** Tables as the contract shows them: typed ids, ISO times. */
import { idFromUuid, type MessageLanguage, type TableShape, type TableVersionShape, wordProblem } from "@megalith/contract";
import type { Table, TableVersion } from "@megalith/platform/tables";

export function showTable(table: Table, language: MessageLanguage): TableShape {
  return {
    id: idFromUuid("table", table.id),
    name: table.name,
    title: table.title,
    kind: table.kind,
    viewSql: table.viewSql,
    createdAt: table.createdAt.toISOString(),
    createdBy: table.createdBy,
    updatedAt: table.updatedAt.toISOString(),
    schemaRevision: table.schemaRevision,
    version: showTableVersion(table.version, language),
  };
}

export function showTableVersion(version: TableVersion, language: MessageLanguage): TableVersionShape {
  return {
    id: idFromUuid("tableVersion", version.id),
    number: version.number,
    rowCount: version.rowCount,
    rejectedCount: version.rejectedCount,
    rejected: version.rejected.map(({ line, column, text, ...row }) => ({
      line,
      column,
      code: row.code,
      message: wordProblem(language, { path: "", ...row }).message,
      text,
    })),
    schema: version.schema.map(({ name, kind, storage, known, corrected }) => ({ name, kind, storage, known, corrected })),
    dialect: version.dialect === null ? null : (Object.fromEntries(Object.entries(version.dialect)) as Record<string, string | boolean>),
    sha256: version.sha256,
    parquetBytes: version.parquetBytes,
    createdAt: version.createdAt.toISOString(),
    createdBy: version.createdBy,
    lineage: version.lineage.map((source) => ({ name: source.name, table: source.tableName, version: source.versionNumber })),
  };
}
