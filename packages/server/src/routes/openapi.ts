import { type OpenapiDocument, operationsRoutes } from "@megalith/contract";
import { bindRoute } from "../route.ts";

export function openapi(uses: { document: OpenapiDocument }) {
  const text = JSON.stringify(uses.document);
  return bindRoute(operationsRoutes.readOpenapi, async (call) => {
    call.setHeader("cache-control", "no-cache");
    return text as never;
  });
}
