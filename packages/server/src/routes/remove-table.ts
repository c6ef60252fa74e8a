import { tablesRoutes } from "@megalith/contract";
import type { TableService } from "@megalith/platform/tables";
import { bindRoute } from "../route.ts";

export function removeTable(uses: { tables: TableService }) {
  return bindRoute(tablesRoutes.removeTable, async (call) => {
    await uses.tables.remove(call.principal, call.params.table);
    return undefined;
  });
}
