import { servingRoutes } from "@megalith/contract";
import { bindRoute } from "../route.ts";
import type { Labels } from "@megalith/platform/serving";

export function recordLabels(uses: { labels: Labels }) {
  return bindRoute(servingRoutes.recordLabels, async (call) => {
    return uses.labels.record(call.principal, call.body.labels);
  });
}
