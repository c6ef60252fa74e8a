import { MegalithError, servingRoutes, uuidFromId } from "@megalith/contract";
import type { DecisionReader } from "@megalith/platform/serving";
import { bindRoute } from "../route.ts";

export function readDecision(uses: { reader: DecisionReader }) {
  return bindRoute(servingRoutes.readDecision, async (call) => {
    const id = uuidFromId("decision", call.params.decision);
    if (id === undefined) throw new MegalithError("request.not_found");
    return uses.reader.read(call.principal, id, call.language);
  });
}
