/** The query of an upload as the importer takes it. */
import type { ImportQuery } from "@megalith/contract";
import type { ImportMode, ImportOverrides } from "@megalith/platform/tables";
import type { Static } from "typebox";

export function importOptions(query: Static<typeof ImportQuery>): { mode: ImportMode; overrides: ImportOverrides } {
  const { mode = "strict", ...overrides } = query;
  return { mode, overrides };
}
