import { tablesRoutes } from "@megalith/contract";
import type { TableService } from "@megalith/platform/tables";
import { bindRoute } from "../route.ts";
import { importOptions } from "./import-options.ts";
import { showTable } from "./show-table.ts";

export function createTable(uses: { tables: TableService }) {
  return bindRoute(tablesRoutes.createTable, async (call) => {
    const { name, title, ...reading } = call.query;
    return showTable(
      await uses.tables.create({ ...call.principal, ...importOptions(reading), source: call.stream, signal: call.signal, name, title }),
      call.language,
    );
  });
}
