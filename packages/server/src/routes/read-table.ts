import { tablesRoutes } from "@megalith/contract";
import type { TableService } from "@megalith/platform/tables";
import { bindRoute } from "../route.ts";
import { showTable } from "./show-table.ts";

export function readTable(uses: { tables: TableService }) {
  return bindRoute(tablesRoutes.readTable, async (call) => {
    return showTable(await uses.tables.get(call.principal.organisation, call.params.table), call.language);
  });
}
