import { tablesRoutes } from "@megalith/contract";
import type { TableService } from "@megalith/platform/tables";
import { bindRoute } from "../route.ts";
import { showTable } from "./show-table.ts";

export function correctTableSchema(uses: { tables: TableService }) {
  return bindRoute(tablesRoutes.correctTableSchema, async (call) => {
    return showTable(await uses.tables.correctSchema(call.principal, call.params.table, call.body.columns), call.language);
  });
}
