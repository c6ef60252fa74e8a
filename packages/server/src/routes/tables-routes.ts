/** Routes of tables. */
import type { TableService } from "@megalith/platform/tables";
import type { BoundRoute } from "../route.ts";
import { addTableVersion } from "./add-table-version.ts";
import { correctTableSchema } from "./correct-table-schema.ts";
import { createTable } from "./create-table.ts";
import { createView } from "./create-view.ts";
import { listTableRows } from "./list-table-rows.ts";
import { listTableVersions } from "./list-table-versions.ts";
import { listTables } from "./list-tables.ts";
import { readTable } from "./read-table.ts";
import { readTableProfile } from "./read-table-profile.ts";
import { refreshView } from "./refresh-view.ts";
import { removeTable } from "./remove-table.ts";

export function tablesRoutes(uses: { tables: TableService }): BoundRoute[] {
  return [
    listTables(uses),
    createTable(uses),
    addTableVersion(uses),
    createView(uses),
    refreshView(uses),
    readTable(uses),
    listTableVersions(uses),
    readTableProfile(uses),
    listTableRows(uses),
    correctTableSchema(uses),
    removeTable(uses),
  ];
}
