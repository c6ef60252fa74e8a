import { tablesRoutes } from "@megalith/contract";
import type { TableService } from "@megalith/platform/tables";
import { bindRoute } from "../route.ts";
import { showTableVersion } from "./show-table.ts";

export function listTableVersions(uses: { tables: TableService }) {
  return bindRoute(tablesRoutes.listTableVersions, async (call) => {
    const versions = await uses.tables.versions(call.principal.organisation, call.params.table);
    return { items: versions.map((version) => showTableVersion(version, call.language)), next: null };
  });
}
