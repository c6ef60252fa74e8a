import { tablesRoutes } from "@megalith/contract";
import type { TableService } from "@megalith/platform/tables";
import { bindRoute } from "../route.ts";
import { importOptions } from "./import-options.ts";
import { showTable } from "./show-table.ts";

export function addTableVersion(uses: { tables: TableService }) {
  return bindRoute(tablesRoutes.addTableVersion, async (call) => {
    return showTable(
      await uses.tables.addVersion({
        ...call.principal,
        ...importOptions(call.query),
        source: call.stream,
        signal: call.signal,
        table: call.params.table,
      }),
      call.language,
    );
  });
}
