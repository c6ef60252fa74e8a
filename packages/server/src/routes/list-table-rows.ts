import { tablesRoutes } from "@megalith/contract";
import type { TableService } from "@megalith/platform/tables";
import { bindRoute } from "../route.ts";

export function listTableRows(uses: { tables: TableService }) {
  return bindRoute(tablesRoutes.listTableRows, async (call) => {
    const { version, offset = 0, limit = 50 } = call.query;
    const { columns, rows } = await uses.tables.rows(call.principal.organisation, call.params.table, { number: version, offset, limit });
    return { rows: rows.map((row) => Object.fromEntries(columns.map((column, index) => [column.name, row[index]]))) };
  });
}
