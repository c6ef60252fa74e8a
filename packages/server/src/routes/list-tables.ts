import { tablesRoutes, uuidFromId } from "@megalith/contract";
import type { TableService } from "@megalith/platform/tables";
import { bindRoute } from "../route.ts";
import { showTable } from "./show-table.ts";

export function listTables(uses: { tables: TableService }) {
  return bindRoute(tablesRoutes.listTables, async (call) => {
    const limit = call.query.limit ?? 100;
    const after = call.query.after === undefined ? undefined : uuidFromId("table", call.query.after);
    const found = await uses.tables.list(call.principal.organisation, { after, limit });
    const items = found.map((table) => showTable(table, call.language));
    return { items, next: items.length < limit ? null : (items.at(-1)?.id ?? null) };
  });
}
