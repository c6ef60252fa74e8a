import { type TableProfileShape, tablesRoutes } from "@megalith/contract";
import { type TableService, targetBalance } from "@megalith/platform/tables";
import { bindRoute } from "../route.ts";

export function readTableProfile(uses: { tables: TableService }) {
  return bindRoute(tablesRoutes.readTableProfile, async (call) => {
    const { version, target } = call.query;
    const profile = await uses.tables.profile(call.principal.organisation, call.params.table, { number: version });
    return { ...profile, ...(target === undefined ? {} : { target: targetBalance(profile, target) }) } as TableProfileShape;
  });
}
