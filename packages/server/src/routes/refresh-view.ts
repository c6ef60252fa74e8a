import { tablesRoutes } from "@megalith/contract";
import type { TableService } from "@megalith/platform/tables";
import { bindRoute } from "../route.ts";
import { showTable } from "./show-table.ts";

export function refreshView(uses: { tables: TableService }) {
  return bindRoute(tablesRoutes.refreshView, async (call) => {
    return showTable(
      await uses.tables.refreshView({ ...call.principal, table: call.params.table, sql: call.body.sql, signal: call.signal }),
      call.language,
    );
  });
}
