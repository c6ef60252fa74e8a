import { tablesRoutes } from "@megalith/contract";
import type { TableService } from "@megalith/platform/tables";
import { bindRoute } from "../route.ts";
import { showTable } from "./show-table.ts";

export function createView(uses: { tables: TableService }) {
  return bindRoute(tablesRoutes.createView, async (call) => {
    return showTable(await uses.tables.createView({ ...call.principal, ...call.body, signal: call.signal }), call.language);
  });
}
